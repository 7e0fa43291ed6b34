import { removeOldest, setAside } from "./rotation.ts";

export interface LogFileOptions {
  /** A file that would grow beyond this many bytes is set aside first and a new one begun; never when absent. */
  readonly rotateBytes?: number | undefined;
  /** How many files that were set aside are kept; all when absent. */
  readonly maxRotations?: number | undefined;
  /** Called when writing or rotating begins to fail, with words for a person. */
  readonly onTrouble: (message: string) => void;
  /** Called when writing works again, with the number of lines that had to be dropped. */
  readonly onRecovery: (lostLines: number) => void;
}

/** How many bytes of lines may wait in memory while the file cannot be written. */
const LONGEST_BACKLOG = 1 << 20;

/**
 * A log file. A line is in it when `write` returns, so that a crash loses none. `write` never throws: lines
 * that the file does not take wait in memory, up to 1 MiB of them, and go before the next one. A rotation that
 * fails goes on with the same file.
 */
export class LogFile implements Disposable {
  readonly #path: string;
  readonly #options: LogFileOptions;
  readonly #encoder = new TextEncoder();
  readonly #backlog: Uint8Array[] = [];
  #backlogBytes = 0;
  #lostLines = 0;
  #file: Deno.FsFile;
  #size: number;
  #rotateAt: number;
  #closed = false;

  /** Opens the file for appending and creates it when missing; throws an error for a person when it cannot. */
  constructor(path: string, options: LogFileOptions) {
    this.#path = path;
    this.#options = options;
    this.#rotateAt = options.rotateBytes ?? Infinity;
    try {
      this.#file = open(path);
    } catch (error) {
      const advice = "name a file that this user can write";
      throw new Error(`Cannot open the log file ${path}: ${describe(error)}; ${advice}`, { cause: error });
    }
    this.#size = this.#file.statSync().size;
  }

  /** Appends a line; it ends with its line feed. */
  write(line: string): void {
    if (this.#closed) return;
    const bytes = this.#encoder.encode(line);
    if (!this.#catchUp()) return this.#hold(bytes);
    if (this.#size > 0 && this.#size + bytes.length > this.#rotateAt) this.#rotate();
    this.#hold(bytes);
    const trouble = this.#flush();
    if (trouble) this.#options.onTrouble(trouble);
  }

  /** Goes over to the file that has the path now, or to a new one: after another program has moved the old one away. */
  reopen(): void {
    if (this.#closed) return;
    try {
      this.#begin();
    } catch (error) {
      this.#options.onTrouble(
        `Cannot open the log file ${this.#path} again: ${describe(error)}; lines go to the old one`,
      );
    }
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#flush();
    this.#file.close();
  }

  /** Lets a line wait, or drops it where too much waits already. */
  #hold(bytes: Uint8Array): void {
    if (this.#backlog.length > 0 && this.#backlogBytes + bytes.length > LONGEST_BACKLOG) {
      this.#lostLines++;
      return;
    }
    this.#backlog.push(bytes);
    this.#backlogBytes += bytes.length;
  }

  /** Writes what waits; true when nothing waits any more. */
  #catchUp(): boolean {
    if (this.#backlog.length === 0) return true;
    if (this.#flush()) return false;
    const lost = this.#lostLines;
    this.#lostLines = 0;
    this.#options.onRecovery(lost);
    return true;
  }

  /** Writes what waits and keeps what the file does not take; returns what went wrong, if anything did. */
  #flush(): string | undefined {
    try {
      for (let bytes = this.#backlog[0]; bytes; bytes = this.#backlog[0]) {
        const written = this.#file.writeSync(bytes);
        this.#size += written;
        this.#backlogBytes -= written;
        if (written === bytes.length) this.#backlog.shift();
        else this.#backlog[0] = bytes.subarray(written);
      }
      return undefined;
    } catch (error) {
      return `Cannot write the log file ${this.#path}: ${describe(error)}; lines wait until there is room`;
    }
  }

  #rotate(): void {
    const { rotateBytes = Infinity, maxRotations = Infinity } = this.#options;
    try {
      const aside = setAside(this.#path);
      try {
        this.#begin();
      } catch (error) {
        Deno.renameSync(aside, this.#path);
        throw error;
      }
      removeOldest(this.#path, maxRotations);
    } catch (error) {
      this.#rotateAt = this.#size + rotateBytes;
      this.#options.onTrouble(`Cannot rotate the log file ${this.#path}: ${describe(error)}; it grows on`);
    }
  }

  /** Goes over to the file that has the path now, which is made where there is none. */
  #begin(): void {
    const next = open(this.#path);
    this.#file.close();
    this.#file = next;
    this.#size = next.statSync().size;
    this.#rotateAt = this.#options.rotateBytes ?? Infinity;
  }
}

function open(path: string): Deno.FsFile {
  return Deno.openSync(path, { append: true, create: true });
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
