import { RE2JS } from "re2js";

const MOST_REMEMBERED = 32;
const LONGEST_REMEMBERED = 200;
const remembered = new Map<string, RE2JS>();

/**
 * Compiles a pattern of RE2, which takes long beside matching it. The last few are remembered: the tasks of one file
 * ask for the same ones over and over.
 *
 * @throws when it is none.
 */
export function compilePattern(pattern: string, flags = 0): RE2JS {
  const key = `${flags}:${pattern}`;
  const compiled = remembered.get(key) ?? RE2JS.compile(pattern, flags);
  if (pattern.length > LONGEST_REMEMBERED) return compiled;
  // What was asked for last stands last, so the first one is the one to forget.
  remembered.delete(key);
  remembered.set(key, compiled);
  for (const oldest of remembered.keys()) {
    if (remembered.size <= MOST_REMEMBERED) break;
    remembered.delete(oldest);
  }
  return compiled;
}
