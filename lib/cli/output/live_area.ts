import type { OutputStream, TerminalSize } from "../io.ts";
import { displayWidth, fitWidth } from "./display_width.ts";

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";

/** A line of the terminal: the text decides where it is cut, `paint` adds colours that take no room. */
export interface LiveLine {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/**
 * The last lines of a terminal, which are drawn again and again, below lines that stay. Wants to be the only
 * writer of its stream. Disposing it takes the live lines away and shows the cursor again.
 */
export class LiveArea implements AsyncDisposable {
  readonly #stream: OutputStream;
  /** The width of each line as it was drawn: a terminal that got narrower since has wrapped some. */
  #drawnWidths: readonly number[] = [];
  #started = false;

  constructor(stream: OutputStream) {
    this.#stream = stream;
  }

  /** The room for live lines: one row less than the terminal has, so that drawing never scrolls them away. */
  get size(): TerminalSize {
    const { columns, rows } = this.#stream.terminalSize() ?? { columns: 80, rows: 24 };
    return { columns, rows: Math.max(1, rows - 1) };
  }

  /** Writes `staying` lines in full, then the live lines in the place of those that were there. */
  async draw(live: readonly LiveLine[], staying: readonly LiveLine[] = []): Promise<void> {
    const { columns, rows } = this.size;
    const shown = live.slice(0, rows).map((line) => ({ ...line, text: fitWidth(line.text, columns) }));
    const frame = [this.#erase(columns), ...[...staying, ...shown].map(painted)].join("");
    this.#drawnWidths = shown.map((line) => displayWidth(line.text));
    await this.#stream.write(this.#started ? frame : HIDE_CURSOR + frame);
    this.#started = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#started) return;
    await this.draw([]);
    await this.#stream.write(SHOW_CURSOR);
    this.#started = false;
  }

  #erase(columns: number): string {
    const rows = this.#drawnWidths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return rows === 0 ? "" : `\x1b[${rows}A\r\x1b[J`;
  }
}

function painted({ text, paint }: LiveLine): string {
  return `${paint === undefined ? text : paint(text)}\r\n`;
}
