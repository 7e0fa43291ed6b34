import { parsePositiveDuration } from "../../units/positive_duration.ts";

const DAY_MS = 24 * 3_600_000;

/** Reads whole days (`30d`) or a duration (`12h`) and returns milliseconds. Throws a `SyntaxError` that says what is wrong. */
export function parseKeep(text: string): number {
  const days = /^(\d{1,6})d$/.exec(text)?.[1];
  const ms = days === undefined ? durationOf(text) : Number(days) * DAY_MS;
  if (ms === undefined || ms === 0) {
    throw new SyntaxError("expected whole days or a duration, above zero, such as 30d or 12h");
  }
  return ms;
}

function durationOf(text: string): number | undefined {
  try {
    return parsePositiveDuration(text);
  } catch {
    return undefined;
  }
}
