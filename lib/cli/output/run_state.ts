import { OutputTail } from "./output_tail.ts";
import type { CommandOutcome, TaskEvent } from "./run_event.ts";

/** How much of a command's output is kept at hand. */
const KEPT_LINES = 100;

/** A command that runs or ran. Times are in milliseconds from any point. */
export interface CommandState {
  readonly name: string;
  readonly startedAt: number;
  readonly output: OutputTail;
  ending?: { readonly outcome: CommandOutcome; readonly durationMs: number };
}

/** A task and its commands, in the order in which they began. */
export interface TaskState {
  readonly name: string;
  readonly startedAt: number;
  readonly commands: Map<string, CommandState>;
}

/** What runs at the moment, as the events tell. */
export class RunState {
  readonly #tasks = new Map<string, TaskState>();

  /** The tasks that run, in the order in which they began. */
  get tasks(): readonly TaskState[] {
    return [...this.#tasks.values()];
  }

  /** Takes an event in that happened at `now`; returns the task if it is finished with it. */
  apply(event: TaskEvent, now: number): TaskState | undefined {
    const task = this.#tasks.get(event.task) ?? { name: event.task, startedAt: now, commands: new Map() };
    if (event.kind === "task finished") {
      this.#tasks.delete(event.task);
      return task;
    }
    this.#tasks.set(event.task, task);
    if (event.kind === "task started") return undefined;
    const command = commandOf(task, event.command, now);
    if (event.kind === "output") command.output.push(event.text);
    if (event.kind === "command finished") command.ending = event;
    return undefined;
  }
}

function commandOf(task: TaskState, name: string, now: number): CommandState {
  const command = task.commands.get(name) ?? { name, startedAt: now, output: new OutputTail(KEPT_LINES) };
  task.commands.set(name, command);
  return command;
}
