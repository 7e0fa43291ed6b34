import { join } from "node:path";
import { AbortReason } from "../../async/abort_reason.ts";
import { abortable } from "../../async/abortable.ts";
import { delay } from "../../async/delay.ts";
import { within } from "../../async/within.ts";
import type { Observe } from "../../telemetry/telemetry_event.ts";

/**
 * Logs are kept, written, read and sent in pages of this size, in bytes. With what a message has around it that is less
 * than 256 KiB: the encoder of messages doubles its buffer, and would take 512 KiB for one byte more.
 */
export const PAGE_BYTES = 256 * 1024 - 64;

/** How many of the newest pages stay in memory for who reads along, also when they are on the disk. */
const RECENT_PAGES = 4;

/** How many pages are held for a slow reader when the disk takes no more. */
const HELD_PAGES = 32;

export interface LogSpoolOptions {
  /** An existing folder for the file that a log of more than a page goes to. */
  readonly directory: string;
  /** Told of the bytes that are kept, and forgotten. */
  readonly observe?: Observe;
  /** Told once when the disk takes no more of this log. */
  readonly onDiskFailure: (error: unknown) => void;
  /** How long a writer waits for a reader that makes no progress once the disk takes no more; in milliseconds. */
  readonly stallMs: number;
}

/**
 * One command's log, kept until it is delivered: small in memory, else in a file. One writes, any number read.
 *
 * When the disk takes no more, the log goes on in memory with little room: the writer waits for the reader,
 * and if that makes no progress either, the oldest pages are dropped.
 */
export class LogSpool implements AsyncDisposable {
  /** Where its file is, if it has one. */
  readonly path: string;
  readonly #options: LogSpoolOptions;
  readonly #pages = new Map<number, Uint8Array>();
  #file: Deno.FsFile | undefined;
  #pagesOnDisk = 0;
  #diskWrite = Promise.resolve();
  #diskFailed = false;
  #size = 0;
  #ended = false;
  #released = 0;
  #readerStalled = false;
  #change = Promise.withResolvers<void>();

  constructor(options: LogSpoolOptions) {
    this.#options = options;
    this.path = join(options.directory, `log-${crypto.randomUUID()}`);
  }

  /** The bytes appended so far. */
  get size(): number {
    return this.#size;
  }

  /** Whether the log can still be read from its first byte. */
  get whole(): boolean {
    return this.#firstPage() <= this.#pagesOnDisk;
  }

  /** Appends a copy of `pieces`. Resolves when there is room for more; calls may overlap. */
  async append(pieces: readonly Uint8Array[]): Promise<void> {
    const pagesBefore = this.#fullPages();
    const sizeBefore = this.#size;
    for (const piece of pieces) this.#copy(piece);
    this.#options.observe?.({ kind: "log kept", bytes: this.#size - sizeBefore });
    this.#notify();
    if (this.#fullPages() === pagesBefore) return;
    const before = this.#diskWrite;
    this.#diskWrite = before.then(() => this.#writePages());
    await before;
    if (this.#diskFailed) await this.#waitForReader();
  }

  /** Nothing follows: readers come to the end. */
  end(): void {
    this.#ended = true;
    this.#notify();
  }

  /** The reader that reads along will not ask again for what is before `position`. */
  release(position: number): void {
    this.#released = Math.max(this.#released, position);
    this.#readerStalled = false;
    this.#notify();
  }

  /** Waits until there is something at `position` or nothing will follow. */
  async waitFor(position: number, signal: AbortSignal): Promise<void> {
    while (position >= this.#size && !this.#ended) await abortable(this.#change.promise, signal);
  }

  /** Waits until there is a page to read at `position` or nothing will follow, `ms` milliseconds at most. */
  async waitForPage(position: number, options: { ms: number; signal: AbortSignal }): Promise<void> {
    const lastOfPage = position + PAGE_BYTES - 1;
    if (lastOfPage < this.#size || this.#ended) return;
    const over = new AbortController();
    const signal = AbortSignal.any([options.signal, over.signal]);
    try {
      await Promise.race([this.waitFor(lastOfPage, signal), delay(options.ms, { signal })]);
    } finally {
      over.abort(new AbortReason("finished", "The wait for a page is over"));
    }
  }

  /** Where the bytes at `position`, which must be below `size`, are to be found, up to the end of their page. */
  locate(position: number): { memory: Uint8Array } | { bytesOnDisk: number } | { lostUntil: number } {
    const index = Math.floor(position / PAGE_BYTES);
    const start = index * PAGE_BYTES;
    const page = this.#pages.get(index);
    if (page) return { memory: page.subarray(position - start, Math.min(PAGE_BYTES, this.#size - start)) };
    if (index < this.#pagesOnDisk) return { bytesOnDisk: start + PAGE_BYTES - position };
    return { lostUntil: this.#firstPage() * PAGE_BYTES };
  }

  /** Forgets the log, its file too. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    await this.#diskWrite;
    this.#pages.clear();
    this.#options.observe?.({ kind: "log forgotten", bytes: this.#size });
    this.#file?.close();
    if (this.#file) await Deno.remove(this.path);
    this.#file = undefined;
  }

  #copy(data: Uint8Array): void {
    for (let taken = 0; taken < data.length;) {
      const used = this.#size % PAGE_BYTES;
      const part = data.subarray(taken, taken + PAGE_BYTES - used);
      this.#page(this.#fullPages()).set(part, used);
      this.#size += part.length;
      taken += part.length;
    }
  }

  #notify(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  #page(index: number): Uint8Array {
    const page = this.#pages.get(index) ?? new Uint8Array(PAGE_BYTES);
    this.#pages.set(index, page);
    return page;
  }

  #fullPages(): number {
    return Math.floor(this.#size / PAGE_BYTES);
  }

  /** The oldest page in memory, else the one that comes next. */
  #firstPage(): number {
    return Math.min(this.#fullPages(), ...this.#pages.keys());
  }

  async #writePages(): Promise<void> {
    if (this.#diskFailed) return;
    try {
      this.#file ??= await Deno.open(this.path, { createNew: true, write: true, mode: 0o600 });
      while (this.#pagesOnDisk < this.#fullPages()) {
        await writeAll(this.#file, this.#page(this.#pagesOnDisk));
        this.#pagesOnDisk++;
      }
      this.#dropPages(this.#fullPages() - RECENT_PAGES);
    } catch (error) {
      this.#diskFailed = true;
      this.#options.onDiskFailure(error);
    }
  }

  /** Drops the pages before `end` from memory, never the one that is being filled. */
  #dropPages(end: number): void {
    const index = Math.min(end, this.#fullPages());
    for (const page of this.#pages.keys()) if (page < index) this.#pages.delete(page);
  }

  async #waitForReader(): Promise<void> {
    while (this.#pages.size > HELD_PAGES && !this.#ended) {
      this.#dropPages(Math.floor(this.#released / PAGE_BYTES));
      if (this.#pages.size <= HELD_PAGES) return;
      if (this.#readerStalled) return this.#dropPages(this.#fullPages() - HELD_PAGES);
      this.#readerStalled = !(await within(this.#change.promise, this.#options.stallMs));
    }
  }
}

async function writeAll(file: Deno.FsFile, data: Uint8Array): Promise<void> {
  for (let written = 0; written < data.length;) written += await file.write(data.subarray(written));
}
