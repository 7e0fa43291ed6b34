import { nearest } from "./nearest.ts";

/** Says that a map must not have a key of this name, and what it may have been meant to be. */
export function unknownKey(name: string, known: Iterable<string>): string {
  const meant = nearest(name, known);
  return `Unknown key "${name}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`;
}
