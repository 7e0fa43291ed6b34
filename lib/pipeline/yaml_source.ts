import { Composer, CST, type Document, LineCounter, type ParsedNode, Parser } from "yaml";
import type { Position } from "../diagnostics/diagnostic.ts";
import { limits } from "./limits.ts";
import { Problem } from "./problem.ts";

/** The first YAML document of a file, aliases and merge keys still in place. */
export interface YamlSource {
  /** Null when there is no document, or an empty one. */
  readonly root: ParsedNode | null;
  /** Where a node that starts at `offset` stands. */
  positionAt(offset: number): Position;
}

/**
 * Reads the first YAML document of `source`; any others are not looked at.
 *
 * @throws {Problem} where the text is not YAML, or is larger or deeper than `limits` allow.
 */
export function readYaml(source: string): YamlSource {
  if (source.length > limits.sourceLength) {
    throw new Problem(
      `Reading the file: it is longer than ${limits.sourceLength} characters; split it or generate less`,
    );
  }
  const lines = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const document = firstDocument(source, { lines, positionAt });
  const [error] = document?.errors ?? [];
  if (error) throw new Problem(`Reading YAML: ${lowerFirst(error.message)}`, positionAt(error.pos[0]));
  return { root: document?.contents ?? null, positionAt };
}

function firstDocument(
  source: string,
  { lines, positionAt }: { lines: LineCounter; positionAt: (offset: number) => Position },
): Document.Parsed | undefined {
  const composer = new Composer({
    // Every scalar is its text: `on`, `1.0` and `0x10` mean what they say.
    schema: "failsafe",
    resolveKnownTags: false,
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  for (const token of new Parser(lines.addNewLine).parse(source)) {
    checkNesting(token, positionAt);
    for (const document of composer.next(token)) return document;
  }
  for (const document of composer.end()) return document;
  return undefined;
}

/** The composer recurses, so what is too deep for it must not reach it. */
function checkNesting(token: CST.Token, positionAt: (offset: number) => Position): void {
  const open: { token: CST.Token; depth: number }[] = [{ token, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, depth } = next;
    if (depth > limits.nesting) {
      throw new Problem(
        `Reading YAML: maps and lists are nested more than ${limits.nesting} deep`,
        positionAt(token.offset),
      );
    }
    if (token.type === "document" && token.value) open.push({ token: token.value, depth });
    if (!CST.isCollection(token)) continue;
    for (const { key, value } of token.items) {
      if (key) open.push({ token: key, depth: depth + 1 });
      if (value) open.push({ token: value, depth: depth + 1 });
    }
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
