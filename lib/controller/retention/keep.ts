import { parsePositiveDuration } from "../../units/positive_duration.ts";

const DAY_MS = 24 * 3_600_000;

/** Reads whole days (`30d`) or a duration (`12h`) and returns milliseconds. Throws a `SyntaxError` that says what is wrong. */
export function parseKeep(text: string): number {
  const days = /^(\d{1,6})d$/.exec(text)?.[1];
  if (days === undefined) return parsePositiveDuration(text);
  if (Number(days) === 0) throw new SyntaxError("expected a time above zero, such as 30d or 12h");
  return Number(days) * DAY_MS;
}
