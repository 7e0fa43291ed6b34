import { RE2JS, RE2JSException } from "re2js";
import type { Spend } from "../budget.ts";
import { compilePattern } from "./pattern.ts";
import { ExpressionError } from "./token.ts";

/** Tells whether a path, with `/` between its segments, matches. */
export type Glob = (path: string) => boolean;

/**
 * Reads a glob as Java's file systems do: `*` within a segment, `**` across segments, `?`, `[abc]`, `[a-z]`, `[!a]`,
 * `{a,b}` and `\` before a character that is meant as such. `spend` is told the steps that this and matching take.
 *
 * @throws {ExpressionError} when it is none.
 */
export function parseGlob(glob: string, spend: Spend = () => {}): Glob {
  const pattern = new GlobTranslation(glob).translate();
  try {
    // A path is in one part of the glob, but for those that may be of any length or have alternatives.
    const width = glob.split(/[*,]/).length;
    return compilePattern(pattern, { spend, width, isWhole: true });
  } catch (error) {
    if (error instanceof RE2JSException) throw new ExpressionError(`"${glob}" is not a valid glob`);
    throw error;
  }
}

/** Writes a glob as a pattern of RE2. */
class GlobTranslation {
  readonly #glob: string;
  readonly #characters: string[];
  #next = 0;
  #inGroup = false;

  constructor(glob: string) {
    this.#glob = glob;
    this.#characters = [...glob];
  }

  translate(): string {
    let pattern = "";
    for (let character = this.#take(); character !== undefined; character = this.#take()) {
      pattern += this.#one(character);
    }
    if (this.#inGroup) throw this.#wrong('"}" is missing');
    return pattern;
  }

  #one(character: string): string {
    switch (character) {
      case "*":
        return this.#takeIf("*") ? ".*" : "[^/]*";
      case "?":
        return "[^/]";
      case "[":
        return this.#characterClass();
      case "\\": {
        const escaped = this.#take();
        if (escaped === undefined) throw this.#wrong('nothing follows the "\\" at its end');
        return RE2JS.quote(escaped);
      }
      case "{":
        if (this.#inGroup) throw this.#wrong('"{" cannot stand within another "{"');
        this.#inGroup = true;
        return "(?:(?:";
      case "}":
        if (!this.#inGroup) return "\\}";
        this.#inGroup = false;
        return "))";
      case ",":
        return this.#inGroup ? ")|(?:" : ",";
      default:
        return RE2JS.quote(character);
    }
  }

  #characterClass(): string {
    let pattern = "[";
    if (this.#takeIf("^")) {
      pattern += "\\^";
    } else {
      const negated = this.#takeIf("!");
      if (negated) pattern += "^";
      if (this.#takeIf("-")) pattern += "\\-";
      if (negated) pattern += "/";
    }
    let from: string | undefined;
    for (;;) {
      const character = this.#take();
      if (character === undefined) throw this.#wrong('"]" is missing');
      if (character === "]") return `${pattern}]`;
      if (character === "/") throw this.#wrong('"/" cannot stand within "[...]"');
      if (character !== "-") {
        pattern += /[\\[\]&^]/.test(character) ? `\\${character}` : character;
        from = character;
        continue;
      }
      const to = this.#take();
      if (from === undefined) throw this.#wrong('a range in "[...]" has no start');
      if (to === undefined) throw this.#wrong('"]" is missing');
      if (to === "]") return `${pattern}\\-]`;
      if (to < from) throw this.#wrong(`the range "${from}-${to}" is the wrong way round`);
      pattern += `-${/[\\[\]&^]/.test(to) ? "\\" : ""}${to}`;
      from = undefined;
    }
  }

  #take(): string | undefined {
    return this.#characters[this.#next++];
  }

  #takeIf(character: string): boolean {
    if (this.#characters[this.#next] !== character) return false;
    this.#next++;
    return true;
  }

  #wrong(what: string): ExpressionError {
    return new ExpressionError(`the glob "${this.#glob}": ${what}`);
  }
}
