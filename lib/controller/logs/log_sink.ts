import { concat } from "./bytes.ts";
import { asStoreFull } from "../store/store_full_error.ts";
import type { LogIndex, StoredLog } from "../store/log_index.ts";

/** How much of a log is kept in the database; a larger one moves to a file as a whole. */
export const SMALL_LOG_BYTES = 16 * 1024;

type Place =
  | { readonly kind: "database"; readonly content: Uint8Array }
  | { readonly kind: "file"; readonly file: Deno.FsFile; readonly size: number };

/**
 * Where the output of one command goes: to the database while it is small, then to a file. Pieces are written in the
 * order in which `append` was called, each as a whole or, when it rejects, not at all.
 */
export class LogSink implements AsyncDisposable {
  readonly id: number;
  readonly #index: LogIndex;
  readonly #path: string;
  #place: Place;
  #last: Promise<void> = Promise.resolve();

  private constructor(log: StoredLog, options: { index: LogIndex; path: string; place: Place }) {
    this.id = log.id;
    this.#index = options.index;
    this.#path = options.path;
    this.#place = options.place;
  }

  /** Opens a log to write at its end. `path` is where its file is or would be. */
  static async open(log: StoredLog, options: { index: LogIndex; path: string }): Promise<LogSink> {
    if (log.content !== undefined) {
      return new LogSink(log, { ...options, place: { kind: "database", content: log.content } });
    }
    const file = await Deno.open(options.path, { read: true, write: true });
    const size = await file.seek(0, Deno.SeekMode.End);
    return new LogSink(log, { ...options, place: { kind: "file", file, size } });
  }

  /** How many bytes are written. */
  get size(): number {
    return this.#place.kind === "file" ? this.#place.size : this.#place.content.byteLength;
  }

  /** Resolves once the bytes are written. Rejects with `StoreFullError` when there is no space for them. */
  append(bytes: Uint8Array): Promise<void> {
    const written = this.#last.then(() => this.#append(bytes));
    this.#last = written.catch(() => {});
    return written;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    if (this.#place.kind === "file") this.#place.file.close();
  }

  async #append(bytes: Uint8Array): Promise<void> {
    const place = this.#place;
    if (place.kind === "file") {
      await writeAtEnd(place.file, place.size, bytes);
      this.#place = { ...place, size: place.size + bytes.byteLength };
      return;
    }
    const content = concat(place.content, bytes);
    if (content.byteLength > SMALL_LOG_BYTES) this.#place = await this.#moveToFile(content);
    else {
      await this.#index.setContent(this.id, content);
      this.#place = { kind: "database", content };
    }
  }

  async #moveToFile(content: Uint8Array): Promise<Place> {
    const file = await translated(() =>
      Deno.open(this.#path, { read: true, write: true, create: true, truncate: true, mode: 0o600 })
    );
    try {
      await writeAtEnd(file, 0, content);
      await this.#index.moveToFile(this.id);
    } catch (error) {
      file.close();
      throw error;
    }
    return { kind: "file", file, size: content.byteLength };
  }
}

/** Writes at the end of a file that has `size` bytes. What a full disk left half written is written over the next time. */
async function writeAtEnd(file: Deno.FsFile, size: number, bytes: Uint8Array): Promise<void> {
  await translated(async () => {
    try {
      for (let written = 0; written < bytes.byteLength;) written += await file.write(bytes.subarray(written));
    } catch (error) {
      await file.truncate(size);
      await file.seek(size, Deno.SeekMode.Start);
      throw error;
    }
  });
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asStoreFull(error, "the controller's logs");
  }
}
