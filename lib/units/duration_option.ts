import { parseDuration } from "./duration.ts";
import { parsedOption } from "./parsed_option.ts";
import { parsePositiveDuration } from "./positive_duration.ts";

/** A duration of a configuration file in Go's notation, from 0 up, read into milliseconds. */
export const durationOption = parsedOption((text) => {
  const ms = parseDuration(text);
  if (ms < 0) throw new SyntaxError(`Invalid duration "${text}": it must not be negative`);
  return ms;
});

/** The same above 0. */
export const positiveDurationOption = parsedOption(parsePositiveDuration);
