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
  const lines = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return written.positionAt({ line, column: col });
  };
  const tokens = [...firstDocument(new Parser(lines.addNewLine).parse(written.text))];
  for (const token of tokens) prepare(token, positionAt);
  return { tokens, positionAt };
}

function* firstDocument(tokens: Iterable<CST.Token>): Generator<CST.Token> {
  let seen = false;
  for (const token of tokens) {
    if (seen && (token.type === "document" || token.type === "doc-end")) return;
    seen ||= token.type === "document";
    yield token;
  }
}

/** Refuses what is nested too deep for the composer, which recurses, and mends what is quoted. */
function prepare(token: CST.Token, positionAt: (offset: number) => Position): void {
  const open: { token: CST.Token; depth: number }[] = [{ token, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, depth } = next;
    if (depth > limits.nesting) {
      throw new Problem(
        `Reading YAML: maps and lists are nested more than ${limits.nesting} deep`,
        positionAt(token.offset),
      );
    }
    if (token.type === "double-quoted-scalar") token.source = unescapeApostrophes(token.source);
    if (token.type === "document" && token.value) open.push({ token: token.value, depth });
    if (!CST.isCollection(token)) continue;
    for (const { key, value } of token.items) {
      if (key) open.push({ token: key, depth: depth + 1 });
      if (value) open.push({ token: value, depth: depth + 1 });
    }
  }
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
