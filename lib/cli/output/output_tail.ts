import { stripVTControlCharacters } from "node:util";

/** No more of a line is kept: no terminal shows more. In UTF-16 code units. */
const LONGEST_LINE = 4096;

/**
 * The last lines of a command's output, as a person would see them: without the sequences that colour text
 * and move the cursor, and of a line that was rewritten in place only its last state.
 */
export class OutputTail {
  readonly #limit: number;
  /** As they were printed; the last one may not be complete. */
  #lines: string[] = [""];
  #dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(text: string): void {
    const lines = text.split("\n");
    lines[0] = `${this.#lines.pop()}${lines[0]}`;
    const all = [...this.#lines, ...lines];
    this.#lines = all.slice(-this.#limit - 1).map((line) => line.slice(-LONGEST_LINE));
    this.#dropped += all.length - this.#lines.length;
  }

  /** At most the last `count` lines, and how many there were before them. */
  last(count: number): { readonly lines: readonly string[]; readonly earlier: number } {
    const known = this.#lines.at(-1) === "" ? this.#lines.slice(0, -1) : this.#lines;
    const lines = known.slice(-Math.min(count, this.#limit));
    return { lines: lines.map(asSeen), earlier: this.#dropped + known.length - lines.length };
  }
}

function asSeen(line: string): string {
  const lastState = line.replace(/\r+$/, "").split("\r").at(-1) ?? "";
  return stripVTControlCharacters(lastState).replaceAll("\t", "    ").replace(/\p{Cc}/gu, "");
}
