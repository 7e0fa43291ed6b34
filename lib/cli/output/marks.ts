import type { CommandOutcome, TaskOutcome } from "./run_event.ts";

/** The sign before each line of the tree. */
export interface Marks {
  /** Shown one after the other while something runs. */
  readonly running: readonly [string, ...string[]];
  readonly ended: Readonly<Record<CommandOutcome | TaskOutcome["kind"], string>>;
}

export const EMOJI_MARKS: Marks = {
  running: ["🕐", "🕑", "🕒", "🕓", "🕔", "🕕", "🕖", "🕗", "🕘", "🕙", "🕚", "🕛"],
  ended: { passed: "✅", failed: "❌", cancelled: "🚫", skipped: "⏩" },
};

export const TEXT_MARKS: Marks = {
  running: ["|", "/", "-", "\\"],
  ended: { passed: "✓", failed: "✗", cancelled: "!", skipped: "-" },
};
