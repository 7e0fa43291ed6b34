import { parseDuration } from "./duration.ts";

/** Reads the duration of a flag and returns milliseconds. Throws a `SyntaxError` that says what is wrong. */
export function parsePositiveDuration(text: string): number {
  const ms = parseDuration(text);
  if (ms <= 0) throw new SyntaxError("expected a duration above zero, such as 90s or 5m");
  return ms;
}
