import type { Fields } from "../field.ts";
import type { InstructionKind } from "../instruction/instruction.ts";
import type { Node } from "../node.ts";
import type { TaskDraft } from "./task_draft.ts";

/** One kind of task, told by how its key ends. `Draft` is what such a task is while it is read. */
export interface TaskKind<Draft extends TaskDraft> {
  readonly suffix: string;
  /** The task's name when its key is nothing but the suffix. */
  readonly nameWhenBare: string;
  /** One sentence for the person who writes the file. */
  readonly doc: string;
  /** What the task may run on; the root of the file may say it for all tasks. */
  readonly instances: Fields<Draft>;
  /** Fields that only this kind of task has, and not by way of the root. */
  readonly fields: Fields<Draft>;
  /** The kinds of instructions that may stand in the task; none when even groups may not. */
  readonly instructions: readonly InstructionKind[];
  /** Says what holds before the first field is read. */
  begin(draft: TaskDraft): Draft;
  /** @throws {Problem} when something is missing once all fields are read. */
  finish(draft: Draft, node: Node): void;
}
