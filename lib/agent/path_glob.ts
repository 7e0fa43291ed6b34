import { parseGlob } from "../pipeline/expression/glob.ts";

/** What braces may stand for together: `{a,b}` written 30 times over is a thousand million paths. */
const MAX_ALTERNATIVES = 1_000;

/** Whether a path has characters that make it a glob. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** A glob over paths with `/`, where a segment `**` stands for any number of folders, none included. */
export class PathGlob {
  /** The folder that holds all that can match; empty for the place the glob is relative to. */
  readonly root: string;
  readonly #alternatives: readonly (readonly Segment[])[];

  /** Throws an `Error` that says what is wrong with the glob. */
  constructor(glob: string) {
    const segments = glob.split("/");
    const firstGlob = segments.findIndex(isGlob);
    this.root = segments.slice(0, firstGlob === -1 ? segments.length : firstGlob).join("/");
    this.#alternatives = alternativesOf(glob).map((alternative) =>
      alternative.split("/").filter((segment) => segment !== "" && segment !== ".").map(segmentOf)
    );
  }

  matches(path: string): boolean {
    const segments = path.split("/");
    return this.#alternatives.some((alternative) => matchesAll(alternative, segments));
  }
}

type Segment = "any folders" | ((segment: string) => boolean);

function segmentOf(segment: string): Segment {
  return segment === "**" ? "any folders" : parseGlob(segment);
}

/** `a{b,c/d}` as `ab` and `ac/d`, so that what is left can be cut at each `/`. */
function alternativesOf(glob: string): string[] {
  const done: string[] = [];
  const left = [glob];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const match = /\{([^{}]*)\}/.exec(next);
    if (match) {
      const before = next.slice(0, match.index);
      const after = next.slice(match.index + match[0].length);
      left.push(...(match[1] ?? "").split(",").map((word) => before + word + after));
    } else done.push(next);
    if (done.length + left.length > MAX_ALTERNATIVES) {
      throw new Error(
        `Reading the glob ${glob}: its braces stand for more than ${MAX_ALTERNATIVES} paths; write fewer`,
      );
    }
  }
  return done;
}

/** Follows all places in the glob that the path so far can have led to: that takes no longer for odd globs. */
function matchesAll(glob: readonly Segment[], path: readonly string[]): boolean {
  let places = beyondAnyFolders(glob, new Set([0]));
  for (const segment of path) {
    const next = new Set<number>();
    for (const place of places) {
      const wanted = glob[place];
      if (wanted === "any folders") next.add(place);
      else if (wanted?.(segment)) next.add(place + 1);
    }
    places = beyondAnyFolders(glob, next);
  }
  return places.has(glob.length);
}

function beyondAnyFolders(glob: readonly Segment[], places: Set<number>): Set<number> {
  for (const place of places) if (glob[place] === "any folders") places.add(place + 1);
  return places;
}
