import type { LogSpool } from "./log_spool.ts";

const NEWLINE = 10;

const MAX_LINE_BYTES = 64 * 1024;

/** A stretch of a log. `lost` bytes before it were dropped, for want of room. */
export interface LogPiece {
  readonly data: Uint8Array;
  readonly lost: number;
}

/** Reads a log from its first byte on, also while it is being written. One read at a time; dispose it. */
export class LogReader implements Disposable {
  readonly #spool: LogSpool;
  #position = 0;
  #file: Deno.FsFile | undefined;
  /** Where in the file the next read begins. */
  #filePosition = 0;

  constructor(spool: LogSpool) {
    this.#spool = spool;
  }

  /** The offset of the next byte. */
  get position(): number {
    return this.#position;
  }

  /** The next bytes as soon as there are some; undefined at the end of the log. */
  async next(signal: AbortSignal): Promise<LogPiece | undefined> {
    await this.#spool.waitFor(this.#position, signal);
    if (this.#position >= this.#spool.size) return undefined;
    const place = this.#spool.locate(this.#position);
    if ("lostUntil" in place) {
      const lost = place.lostUntil - this.#position;
      this.#position = place.lostUntil;
      const piece = await this.next(signal);
      return piece && { ...piece, lost: piece.lost + lost };
    }
    const data = "memory" in place ? place.memory : await this.#readFile(place.bytesOnDisk);
    this.#position += data.length;
    return { data, lost: 0 };
  }

  /** Moves to where the line begins that `position` is in; no further back than a line can sensibly be long. */
  async seekLine(position: number, signal: AbortSignal): Promise<void> {
    let start = Math.max(0, position - MAX_LINE_BYTES);
    this.#position = start;
    while (this.#position < position) {
      const piece = await this.next(signal);
      if (piece === undefined) break;
      const from = this.#position - piece.data.length;
      const newline = piece.data.subarray(0, Math.max(0, position - from)).lastIndexOf(NEWLINE);
      if (newline !== -1) start = from + newline + 1;
    }
    this.#position = start;
  }

  async #readFile(bytes: number): Promise<Uint8Array> {
    const buffer = new Uint8Array(bytes);
    this.#file ??= await Deno.open(this.#spool.path);
    if (this.#filePosition !== this.#position) await this.#file.seek(this.#position, Deno.SeekMode.Start);
    const count = await this.#file.read(buffer);
    if (count === null) throw new Error("Reading a log back from the disk: its file has become shorter");
    this.#filePosition = this.#position + count;
    return buffer.subarray(0, count);
  }

  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
