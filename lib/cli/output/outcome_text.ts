import { formatDuration } from "../../units/duration.ts";
import type { CommandOutcome, TaskOutcome } from "./run_event.ts";
import type { Style } from "./style.ts";

/** One word for how a command or a task ended, with the style that goes with it. */
export function outcomeStyle(
  outcome: CommandOutcome | TaskOutcome["kind"],
  style: Style,
): (text: string) => string {
  switch (outcome) {
    case "passed":
      return style.passed;
    case "failed":
      return style.failed;
    case "cancelled":
    case "skipped":
      return style.skipped;
  }
}

/** How a task ended, in words: `passed in 1.2s`, `failed in 3s (allowed)`, `skipped: reason`. */
export function describeTaskOutcome(outcome: TaskOutcome, durationMs: number): string {
  const duration = formatDuration(durationMs);
  switch (outcome.kind) {
    case "passed":
      return `passed in ${duration}`;
    case "failed": {
      const allowed = outcome.tolerated ? " (allowed)" : "";
      return `failed in ${duration}${allowed}${outcome.message === undefined ? "" : `: ${outcome.message}`}`;
    }
    case "cancelled":
      return `cancelled after ${duration}`;
    case "skipped":
      return `skipped: ${outcome.reason}`;
  }
}
