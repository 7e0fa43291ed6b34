import type { OutputStream, TerminalSize } from "../../lib/cli/io.ts";

const ESCAPE = "\x1b";
const PIECES = new RegExp(`${ESCAPE}\\[[?\\d;]*[a-zA-Z]|.`, "gsu");

/**
 * A small terminal: understands text, carriage return, line feed, cursor up, erase below, colours and showing the
 * cursor, scrolls, wraps, and wraps anew when its width changes. Anything else throws. Every character takes one
 * column.
 */
export class VirtualScreen implements OutputStream {
  #size: TerminalSize;
  /** Lines as they were written, before they are wrapped. */
  #lines = [""];
  #line = 0;
  #offset = 0;
  cursorVisible = true;

  constructor(size: TerminalSize) {
    this.#size = size;
  }

  write(text: string): Promise<void> {
    this.writeSync(text);
    return Promise.resolve();
  }

  writeSync(text: string): void {
    for (const [piece] of text.matchAll(PIECES)) {
      if (piece.startsWith(ESCAPE)) this.#control(piece);
      else this.#character(piece);
    }
  }

  terminalSize(): TerminalSize {
    return this.#size;
  }

  resize(size: TerminalSize): void {
    this.#size = size;
  }

  /** What a person can see and scroll back to, without empty rows at the end. */
  get text(): string {
    return this.#rows().map((row) => row.text.trimEnd()).join("\n").trimEnd();
  }

  #character(character: string): void {
    if (character === "\r") this.#offset = this.#rowOfCursor().start;
    else if (character === "\n") {
      this.#line++;
      if (this.#line === this.#lines.length) this.#lines.push("");
      this.#offset = 0;
    } else {
      const line = this.#lines[this.#line] ?? "";
      this.#lines[this.#line] = line.slice(0, this.#offset) + character + line.slice(this.#offset + 1);
      this.#offset++;
    }
  }

  #control(sequence: string): void {
    if (sequence === "\x1b[J") {
      this.#lines = this.#lines.slice(0, this.#line + 1);
      this.#lines[this.#line] = (this.#lines[this.#line] ?? "").slice(0, this.#offset);
    } else if (sequence === "\x1b[?25l" || sequence === "\x1b[?25h") {
      this.cursorVisible = sequence.endsWith("h");
    } else if (/\[\d+A$/.test(sequence)) {
      this.#up(parseInt(sequence.slice(2)));
    } else if (!/\[[\d;]*m$/.test(sequence)) {
      throw new Error(`The screen does not know ${JSON.stringify(sequence)}`);
    }
  }

  /** The cursor cannot go above what is on the screen. */
  #up(count: number): void {
    const rows = this.#rows();
    const top = Math.max(0, rows.length - this.#size.rows);
    const row = rows[Math.max(top, rows.indexOf(this.#rowOfCursor(rows)) - count)];
    if (row !== undefined) [this.#line, this.#offset] = [row.line, row.start];
  }

  #rowOfCursor(rows = this.#rows()) {
    const row = rows.findLast(({ line, start }) => line === this.#line && start <= this.#offset);
    if (row === undefined) throw new Error("The cursor is nowhere");
    return row;
  }

  #rows(): Array<{ line: number; start: number; text: string }> {
    return this.#lines.flatMap((text, line) => {
      const count = Math.max(1, Math.ceil(text.length / this.#size.columns));
      return Array.from({ length: count }, (_, index) => {
        const start = index * this.#size.columns;
        return { line, start, text: text.slice(start, start + this.#size.columns) };
      });
    });
  }
}
