/** How a task of a run ended. */
export type TaskOutcome =
  | { readonly kind: "passed" }
  /** `tolerated` when the file allows this task to fail. `message` is there where no command says why. */
  | { readonly kind: "failed"; readonly tolerated: boolean; readonly message?: string }
  | { readonly kind: "cancelled" }
  | { readonly kind: "skipped"; readonly reason: string };

/** How a command of a task ended. Commands that were not run are not told of. */
export type CommandOutcome = "passed" | "failed" | "cancelled";

/**
 * What happens in a run, in the order it happens. Tasks are named by their title, which is unique in a run,
 * and commands by their name, unique in their task. A command's output may go on after it finished: a
 * background script counts as finished once it is started.
 */
export type RunEvent =
  /** The first event: every task that is going to run. */
  | { readonly kind: "run started"; readonly tasks: readonly string[] }
  | { readonly kind: "task started"; readonly task: string }
  | { readonly kind: "command started"; readonly task: string; readonly command: string }
  /** A piece of a command's output; pieces end anywhere, also inside a line. */
  | { readonly kind: "output"; readonly task: string; readonly command: string; readonly text: string }
  | {
    readonly kind: "command finished";
    readonly task: string;
    readonly command: string;
    readonly outcome: CommandOutcome;
    readonly durationMs: number;
  }
  | {
    readonly kind: "task finished";
    readonly task: string;
    readonly outcome: TaskOutcome;
    readonly durationMs: number;
  }
  /** Something that a person should know and that belongs to no task. */
  | { readonly kind: "note"; readonly text: string };

/** The events that belong to a task. */
export type TaskEvent = Extract<RunEvent, { readonly task: string }>;
