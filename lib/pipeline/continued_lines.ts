import type { Position } from "../diagnostics/diagnostic.ts";

/**
 * A YAML text in which quoted texts and flow collections may go on further left than they began. YAML's specification
 * has them indented and `yaml` insists on it; the reference does not, and files rely on that. `indent` puts spaces
 * before such lines, where they mean nothing, and `positionAt` gives places of the text as it was written.
 */
export class ContinuedLines {
  #text: string;
  /** How many spaces were put before lines, by index of the line. */
  readonly #added = new Map<number, number>();

  constructor(text: string) {
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }

  /** The place in the text as it was written of what now stands in `line` at `column`, both 1-based. */
  positionAt({ line, column }: Position): Position {
    return { line, column: Math.max(1, column - (this.#added.get(line - 1) ?? 0)) };
  }

  /**
   * Indents the lines that the quoted text or flow collection at `start` goes on in; false when it has no end.
   */
  indent(start: number): boolean {
    const end = endOf(this.#text, start);
    if (end === undefined) return false;
    const spaces = start - this.#text.lastIndexOf("\n", start - 1);
    const first = this.#text.slice(0, start).split("\n").length;
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
