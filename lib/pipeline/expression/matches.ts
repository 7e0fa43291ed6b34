import { RE2JS, RE2JSException } from "re2js";
import type { Spend } from "../budget.ts";
import { parseGlob } from "./glob.ts";
import { compilePattern, type Pattern } from "./pattern.ts";
import { ExpressionError } from "./token.ts";

/**
 * What the patterns and globs of one file match. The tasks of a file ask for the same ones over and over, so each is
 * compiled once, and matched once with each text.
 */
export class Matches {
  readonly #affectedFiles: ReadonlySet<string>;
  readonly #patterns = new Map<string, { pattern: Pattern; known: Map<string, boolean> }>();
  readonly #globs = new Map<string, readonly string[]>();

  constructor(affectedFiles: readonly string[]) {
    this.#affectedFiles = new Set(affectedFiles);
  }

  /**
   * Whether `text` matches the pattern of RE2, in capitals or not. The pattern is put between `^` and `$` as it is, so
   * `a|b` is found at the start of a text or at its end.
   *
   * @throws {ExpressionError} when it is none.
   */
  matches(text: string, { pattern, spend }: { pattern: string; spend: Spend }): boolean {
    const entry = this.#patterns.get(pattern) ?? { pattern: compileWhole(pattern, spend), known: new Map() };
    this.#patterns.set(pattern, entry);
    const known = entry.known.get(text) ?? entry.pattern(text);
    entry.known.set(text, known);
    return known;
  }

  /**
   * Whether one of the affected files, or with `every` each of them, matches one of the globs; false without any file.
   *
   * @throws {ExpressionError} when one is none.
   */
  affected(globs: readonly string[], { every, spend }: { every: boolean; spend: Spend }): boolean {
    const matching = globs.map((glob) => this.#filesMatching(glob, spend));
    if (!every) return matching.some((files) => files.length > 0);
    spend(matching.reduce((sum, files) => sum + files.length, 0));
    return this.#affectedFiles.size > 0 && new Set(matching.flat()).size === this.#affectedFiles.size;
  }

  #filesMatching(glob: string, spend: Spend): readonly string[] {
    const known = this.#globs.get(glob);
    if (known) return known;
    const matching = [...this.#affectedFiles].filter(parseGlob(glob, spend));
    this.#globs.set(glob, matching);
    return matching;
  }
}

function compileWhole(pattern: string, spend: Spend): Pattern {
  try {
    return compilePattern(`^${pattern}$`, { flags: RE2JS.CASE_INSENSITIVE | RE2JS.DOTALL, spend });
  } catch (error) {
    if (error instanceof RE2JSException) throw new ExpressionError(`"${pattern}" is not a valid RE2 pattern`);
    throw error;
  }
}
