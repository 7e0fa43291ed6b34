import {
  Composer,
  CST,
  type Document,
  LineCounter,
  type ParsedNode,
  Parser,
  type YAMLParseError,
} from "yaml";
import type { Position } from "../diagnostics/diagnostic.ts";
import { ContinuedLines } from "./continued_lines.ts";
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
      { line: 1, column: 1 },
    );
  }
  const { tokens, positionAt } = tokenize(source);
  refuseControlCharacters(source);
  const document = compose(tokens);
  const error = document?.errors.find((error) => !isTolerated(error));
  if (error) throw new Problem(`Reading YAML: ${lowerFirst(error.message)}`, positionAt(error.pos[0]));
  return { root: document?.contents ?? null, positionAt };
}

interface Tokens {
  readonly tokens: readonly CST.Token[];
  positionAt(offset: number): Position;
}

/** The tokens of the first document, and where they stand in the file. */
function tokenize(source: string): Tokens {
  const written = new ContinuedLines(source);
  for (let read = 0;;) {
    const lines = new LineCounter();
    const positionAt = (offset: number): Position => {
      const { line, col } = lines.linePos(offset);
      return written.positionAt({ line, column: col });
    };
    const tokens = [...firstDocument(new Parser(lines.addNewLine).parse(written.text))];
    const cut = Math.min(...tokens.flatMap((token) => inspect(token, positionAt)));
    read += written.text.length;
    const isWorthwhile = cut !== Infinity && read < limits.rereadLength;
    if (!isWorthwhile || !written.indent(cut)) return { tokens, positionAt };
  }
}

function* firstDocument(tokens: Iterable<CST.Token>): Generator<CST.Token> {
  let seen = false;
  for (const token of tokens) {
    if (seen && (token.type === "document" || token.type === "doc-end")) return;
    seen ||= token.type === "document";
    yield token;
  }
}

/**
 * The offsets within `token` of quoted texts and flow collections that were cut off where the text was indented too
 * little. What is nested too deep must not reach the composer, which recurses.
 */
function inspect(token: CST.Token, positionAt: (offset: number) => Position): number[] {
  const cuts: number[] = [];
  const open: { token: CST.Token; depth: number }[] = [{ token, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, depth } = next;
    if (depth > limits.nesting) {
      throw new Problem(
        `Reading YAML: maps and lists are nested more than ${limits.nesting} deep`,
        positionAt(token.offset),
      );
    }
    if (isCut(token)) cuts.push(token.offset);
    if (token.type === "double-quoted-scalar") token.source = unescapeApostrophes(token.source);
    if (token.type === "document" && token.value) open.push({ token: token.value, depth });
    if (!CST.isCollection(token)) continue;
    for (const { key, value } of token.items) {
      if (key) open.push({ token: key, depth: depth + 1 });
      if (value) open.push({ token: value, depth: depth + 1 });
    }
  }
  return cuts;
}

function isCut(token: CST.Token): boolean {
  switch (token.type) {
    case "double-quoted-scalar":
      return !isClosed(token.source);
    case "single-quoted-scalar":
      return token.source.length < 2 || !token.source.endsWith("'");
    case "flow-collection":
      return !token.end.some(({ type }) => type === "flow-map-end" || type === "flow-seq-end");
    default:
      return false;
  }
}

function isClosed(doubleQuoted: string): boolean {
  const last = doubleQuoted.length - 1;
  let backslashes = 0;
  while (doubleQuoted[last - 1 - backslashes] === "\\") backslashes++;
  return last > 0 && doubleQuoted[last] === '"' && backslashes % 2 === 0;
}

/** `\'` is no escape of YAML, but one that the reference takes. */
function unescapeApostrophes(source: string): string {
  return source.replace(/\\([^])/g, (escape, character) => character === "'" ? "'" : escape);
}

function compose(tokens: readonly CST.Token[]): Document.Parsed | undefined {
  const composer = new Composer({
    // Every scalar is its text: `on`, `1.0` and `0x10` mean what they say.
    schema: "failsafe",
    resolveKnownTags: false,
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  for (const document of composer.compose(tokens)) return document;
  return undefined;
}

/** `'a'#b` is no comment to YAML's specification; to the reference it is. */
function isTolerated({ code, message }: YAMLParseError): boolean {
  return code === "MISSING_CHAR" && message.startsWith("Comments must be separated");
}

/** The reference refuses what it takes for binary data, even in comments. */
function refuseControlCharacters(source: string): void {
  // deno-lint-ignore no-control-regex
  const at = source.search(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/);
  if (at < 0) return;
  const before = source.slice(0, at).split("\n");
  const code = source.charCodeAt(at).toString(16).padStart(4, "0");
  throw new Problem(
    `Reading YAML: there is a control character (U+${code.toUpperCase()}); in a quoted text write it as "\\u${code}"`,
    { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 },
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
