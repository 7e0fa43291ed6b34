import { CST, Lexer } from "yaml";
import type { Position } from "../diagnostics/diagnostic.ts";
import { limits } from "./limits.ts";

/**
 * A YAML text in which quoted texts and flow collections may go on further left than they began. YAML's specification
 * has them indented and `yaml` insists on it; the reference does not, and files rely on that. `text` has spaces before
 * such lines, where they mean nothing, and `positionAt` gives places of the text as it was written.
 */
export class ContinuedLines {
  #text: string;
  /** How many spaces were put before lines, by index of the line. */
  readonly #added = new Map<number, number>();

  constructor(text: string) {
    this.#text = text;
    let from = 0;
    let read = 0;
    for (let count = 0; count < limits.continuedTexts && read < limits.rereadLength; count++) {
      const cut = findCut(this.#text, from);
      if (cut === undefined || !this.#indent(cut.start)) return;
      read += cut.end - from;
      from = blockStart(this.#text, cut.start);
    }
  }

  get text(): string {
    return this.#text;
  }

  /** The place in the text as it was written of what now stands in `line` at `column`, both 1-based. */
  positionAt({ line, column }: Position): Position {
    return { line, column: Math.max(1, column - (this.#added.get(line - 1) ?? 0)) };
  }

  /** Indents the lines that the quoted text or flow collection at `start` goes on in; false when it has no end. */
  #indent(start: number): boolean {
    const end = endOf(this.#text, start);
    if (end === undefined) return false;
    const spaces = start - this.#text.lastIndexOf("\n", start - 1);
    const first = lineOf(this.#text, start);
    const lines = this.#text.slice(start, end).split("\n");
    const indented = lines.map((line, index) => {
      if (index === 0 || line.trim() === "" || /^(---|\.\.\.)(\s|$)/.test(line)) return line;
      this.#added.set(first + index - 1, (this.#added.get(first + index - 1) ?? 0) + spaces);
      return " ".repeat(spaces) + line;
    });
    this.#text = this.#text.slice(0, start) + indented.join("\n") + this.#text.slice(end);
    return true;
  }
}

/**
 * The first quoted text or flow collection at or behind `from` that `yaml` cuts off where a line is not indented;
 * `end` is where it does.
 */
function findCut(text: string, from: number): { start: number; end: number } | undefined {
  let offset = from;
  let depth = 0;
  let flowStart = from;
  let isContent = false;
  for (const lexeme of new Lexer().lex(text.slice(from))) {
    const type: CST.TokenType | null = isContent ? null : CST.tokenType(lexeme);
    isContent = type === "scalar";
    if (type === "flow-error-end") return { start: flowStart, end: offset };
    if (type === "scalar" || type === "doc-mode") continue;
    const end = offset + lexeme.length;
    if (type === "double-quoted-scalar" || type === "single-quoted-scalar") {
      if (endOfQuoted(lexeme, 0) !== lexeme.length) return { start: depth > 0 ? flowStart : offset, end };
    } else if (type === "flow-map-start" || type === "flow-seq-start") {
      if (depth++ === 0) flowStart = offset;
    } else if (type === "flow-map-end" || type === "flow-seq-end") {
      depth--;
    }
    offset = end;
  }
  return undefined;
}

/** Where the line that is furthest out and last before `offset` begins: reading may begin there anew. */
function blockStart(text: string, offset: number): number {
  for (
    let at = text.lastIndexOf("\n", offset);
    at >= 0;
    at = at === 0 ? -1 : text.lastIndexOf("\n", at - 1)
  ) {
    if (/[^\s#]/.test(text.charAt(at + 1))) return at + 1;
  }
  return 0;
}

/** The 1-based line in which `offset` is. */
function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

/** The offset behind the quoted text or flow collection that begins at `start`. */
function endOf(text: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < text.length;) {
    const character = text.charAt(at);
    const begins = at === start || /[\s[{,:]/.test(text.charAt(at - 1));
    if (begins && (character === '"' || character === "'")) {
      const end = endOfQuoted(text, at);
      if (end === undefined) return undefined;
      at = end;
    } else if (begins && character === "#") {
      const lineEnd = text.indexOf("\n", at);
      if (lineEnd < 0) return undefined;
      at = lineEnd;
    } else {
      if (character === "[" || character === "{") depth++;
      if (character === "]" || character === "}") depth--;
      at++;
    }
    if (depth === 0) return at;
  }
  return undefined;
}

function endOfQuoted(text: string, start: number): number | undefined {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\" && quote === '"') at++;
    else if (character === quote && quote === "'" && text.charAt(at + 1) === "'") at++;
    else if (character === quote) return at + 1;
  }
  return undefined;
}
