import type { Fit } from "./fit.ts";

/** Says in a few words whether a task can start on a worker, and if not, why. */
export function describeFit(result: Fit): string {
  switch (result.kind) {
    case "fits":
      return "has room for it";
    case "label":
      return result.actual === undefined
        ? `has no label ${result.label} (wanted: ${result.wanted})`
        : `label ${result.label} is ${result.actual} (wanted: ${result.wanted})`;
    case "resource":
      return `has ${result.total} ${result.resource} in all (wanted: ${result.wanted})`;
    case "disabled":
      return "disabled";
    case "locked":
      return `waits for another task with its execution_lock, ${result.lock}`;
    case "full":
      return `busy: ${round(result.free)} ${result.resource} free (wanted: ${result.wanted})`;
    case "occupied":
      return result.tasks === 0
        ? "busy with tasks of another upstream"
        : `busy with ${result.tasks} ${result.tasks === 1 ? "task" : "tasks"}`;
  }
}

function round(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}
