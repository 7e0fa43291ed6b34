import {
  COMMAND_STATUSES,
  type CommandState,
  FAILURE_CAUSES,
  type Status,
  STATUSES,
  type TaskState,
} from "../../records.ts";
import { flag, number, optionalText, type Row, text, word } from "./row.ts";

/** The status of a task. */
export function taskStatus(row: Row): Status {
  return word(row, "status", STATUSES);
}

/** The columns of a task's state, in the order `status, worker, cause, message`. */
export function taskColumns(state: TaskState): [string, string | null, string | null, string | null] {
  switch (state.status) {
    case "created":
    case "completed":
      return [state.status, null, null, null];
    case "triggered":
      return [state.status, null, null, state.message ?? null];
    case "scheduled":
    case "executing":
      return [state.status, state.worker, null, null];
    case "failed":
      return [state.status, null, state.cause, state.message];
    case "aborted":
    case "skipped":
      return [state.status, null, null, state.message];
  }
}

/** The state that `taskColumns` wrote. */
export function taskState(row: Row): TaskState {
  const status = taskStatus(row);
  switch (status) {
    case "created":
    case "completed":
      return { status };
    case "triggered": {
      const message = optionalText(row, "message");
      return message === undefined ? { status } : { status, message };
    }
    case "scheduled":
    case "executing":
      return { status, worker: text(row, "worker") };
    case "failed":
      return {
        status,
        cause: word(row, "cause", FAILURE_CAUSES),
        message: text(row, "message"),
      };
    case "aborted":
    case "skipped":
      return { status, message: text(row, "message") };
  }
}

/** The columns of a command's state, in the order `status, duration_ms, signaled`. */
export function commandColumns(state: CommandState): [string, number, number] {
  return "durationMs" in state
    ? [state.status, state.durationMs, Number(state.signaled)]
    : [state.status, 0, 0];
}

/** The state that `commandColumns` wrote. */
export function commandState(row: Row): CommandState {
  const status = word(row, "status", COMMAND_STATUSES);
  if (status === "created" || status === "executing") return { status };
  return { status, durationMs: number(row, "duration_ms"), signaled: flag(row, "signaled") };
}
