import { RE2JS } from "re2js";
import type { Spend } from "../budget.ts";

/** Tells whether a text matches. */
export type Pattern = (text: string) => boolean;

export interface PatternOptions {
  readonly flags?: number;
  readonly spend: Spend;
  /** How many of its parts a text may be in at a time; all of them when not given. */
  readonly width?: number;
  /** Whether it must match all of a text, not only a part. Compiling it takes a third of what `^` and `$` make it take. */
  readonly isWhole?: boolean;
}

/**
 * Compiles a pattern of RE2. Compiling and matching are paid for beforehand by `spend`.
 *
 * @throws when it is none.
 */
export function compilePattern(
  pattern: string,
  { flags = 0, spend, width, isWhole = false }: PatternOptions,
): Pattern {
  spend(mostCompileSteps(pattern));
  const compiled = RE2JS.compile(pattern, flags);
  const stepsOfCharacter = Math.min(width ?? Infinity, compiled.programSize());
  return (text) => {
    spend(STEPS_OF_MATCH + stepsOfCharacter * text.length);
    return isWhole ? compiled.matches(text) : compiled.matcher(text).find();
  };
}

const STEPS_OF_MATCH = 20;
const STEPS_OF_INSTRUCTION = 200;
const STEPS_OF_UNICODE_CLASS = 10_000;
/** A range over much of Unicode is gone through character by character when case does not count. */
const STEPS_OF_UNICODE_RANGE = 200_000;
/** RE2 takes no repetition, and no product of those within one another, beyond this. */
const MOST_REPETITIONS = 1_000;

/** What compiling takes at most; it is far less for what people write. */
function mostCompileSteps(pattern: string): number {
  let repetitions = 1;
  for (const [, least, most] of pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    repetitions *= Math.max(1, Number(most || least));
  }
  const classes = pattern.match(/\\p/gi)?.length ?? 0;
  // deno-lint-ignore no-control-regex -- all of ASCII is meant
  const ranges = /[^\x00-\x7f]|\\x/.test(pattern) ? pattern.split("-").length - 1 : 0;
  return pattern.length * Math.min(repetitions, MOST_REPETITIONS) * STEPS_OF_INSTRUCTION +
    classes * STEPS_OF_UNICODE_CLASS + ranges * STEPS_OF_UNICODE_RANGE;
}
