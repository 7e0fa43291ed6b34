import { z } from "zod";
import { parseDuration } from "./duration.ts";

/** A duration of a configuration file in Go's notation, from 0 up, read into milliseconds. */
export const durationOption = z.string().transform((text, { issues }): number => {
  try {
    const ms = parseDuration(text);
    if (ms >= 0) return ms;
    issues.push({
      code: "custom",
      input: text,
      message: `Invalid duration "${text}": it must not be negative`,
    });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    issues.push({ code: "custom", input: text, message: error.message });
  }
  return z.NEVER;
});

/** The same above 0. */
export const positiveDurationOption = durationOption.refine((ms) => ms > 0, {
  error: "Invalid duration: it must be above zero, such as 90s or 5m",
});
