import type { TaskDraft } from "./task_draft.ts";

/** The tasks of a file, in document order. */
export interface TaskDrafts {
  readonly enabled: readonly TaskDraft[];
  /** Left out by their `only_if`; they count for ids and as names that exist. */
  readonly disabled: readonly TaskDraft[];
  readonly count: number;
}
