import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { LogIndex, LogKey, StoredLog } from "../store/log_index.ts";
import { concat } from "./bytes.ts";
import { LogSink } from "./log_sink.ts";

/** A part of a log. */
export interface LogSlice {
  readonly bytes: Uint8Array;
  /** How many bytes the whole log has now. */
  readonly size: number;
}

export interface LogsOptions {
  readonly index: LogIndex;
  /** Where the files of large logs are; it must exist. */
  readonly directory: string;
}

export interface WriteOptions {
  /** Told after each piece how many bytes the log has now. */
  readonly onGrowth: (size: number) => void;
}

/** A log that is being appended to. */
interface OpenLog {
  sink: LogSink;
  /** Bytes before what the sink writes. */
  readonly preface: number;
}

interface Appending {
  readonly log: Promise<OpenLog | undefined>;
  users: number;
}

/** The logs of commands. None is ever in memory as a whole. */
export class Logs {
  readonly #index: LogIndex;
  readonly #directory: string;
  /** What is being appended to, so that two streams to one log take turns. */
  readonly #appending = new Map<string, Appending>();

  constructor(options: LogsOptions) {
    this.#index = options.index;
    this.#directory = options.directory;
  }

  /**
   * Appends pieces to a log as they come. Resolves with the number of bytes that came, or with undefined when the task
   * has no such command; rejects with `StoreFullError` when there is no space. What was appended before stays.
   */
  async append(
    key: LogKey,
    pieces: AsyncIterable<Uint8Array>,
    options: WriteOptions,
  ): Promise<number | undefined> {
    const appending = this.#appending.get(nameOf(key)) ?? { log: this.#openLog(key), users: 0 };
    this.#appending.set(nameOf(key), appending);
    appending.users++;
    try {
      const log = await appending.log;
      if (log === undefined) return undefined;
      let total = 0;
      for await (const piece of pieces) {
        await log.sink.append(piece);
        total += piece.byteLength;
        options.onGrowth(log.preface + log.sink.size);
      }
      return total;
    } finally {
      if (--appending.users === 0) await this.#close(key, appending);
    }
  }

  /**
   * Puts pieces in the place of what a log has, once all of them came: until then, and when that fails, the log stays as
   * it is. Resolves and rejects as `append`.
   */
  async replace(
    key: LogKey,
    pieces: AsyncIterable<Uint8Array>,
    options: WriteOptions,
  ): Promise<number | undefined> {
    const draft = await this.#index.draft(key);
    if (draft === undefined) return undefined;
    const sink = await this.#sink(draft);
    try {
      for await (const piece of pieces) await sink.append(piece);
      await this.#promote(key, sink);
    } catch (error) {
      await sink[Symbol.asyncDispose]();
      await this.#index.discard(draft.id);
      await this.#removeFile(draft.id);
      throw error;
    }
    options.onGrowth(draft.preface.byteLength + sink.size);
    return sink.size;
  }

  /** Reads a part of a log, shorter where the log ends; undefined when there is no such log. */
  async read(
    key: LogKey,
    part: { readonly offset: number; readonly length: number },
  ): Promise<LogSlice | undefined> {
    const log = await this.#index.find(key);
    if (log === undefined) return undefined;
    try {
      return await this.#readLog(log, part);
    } catch (error) {
      // Its file is gone when the log was replaced just now.
      const current = await this.#index.find(key);
      if (current === undefined || current.id === log.id) throw error;
      return await this.#readLog(current, part);
    }
  }

  /** Removes the files of logs that are forgotten. Resolves with how many bytes they had. */
  async removeFiles(ids: readonly number[]): Promise<number> {
    let bytes = 0;
    for (const id of ids) {
      bytes += await this.#fileSize(`${id}.log`);
      await this.#removeFile(id);
    }
    return bytes;
  }

  /** How many bytes the files of all logs have. */
  async usedBytes(): Promise<number> {
    let bytes = 0;
    for await (const { name } of Deno.readDir(this.#directory)) bytes += await this.#fileSize(name);
    return bytes;
  }

  /** Removes what a controller that was killed left half done; to be called before anything is written. */
  async removeLeftovers(): Promise<void> {
    const inFiles = await this.#index.recover();
    for await (const { name } of Deno.readDir(this.#directory)) {
      const id = /^(\d+)\.log$/.exec(name)?.[1];
      if (id !== undefined && !inFiles.has(Number(id))) await this.#removeFile(Number(id));
    }
  }

  async #close(key: LogKey, appending: Appending): Promise<void> {
    this.#appending.delete(nameOf(key));
    const log = await appending.log.catch(() => undefined);
    await log?.sink[Symbol.asyncDispose]();
  }

  async #openLog(key: LogKey): Promise<OpenLog | undefined> {
    const log = await this.#index.open(key);
    return log && { sink: await this.#sink(log), preface: log.preface.byteLength };
  }

  /** Rejects only where nothing was promoted. */
  async #promote(key: LogKey, draft: LogSink): Promise<void> {
    const log = await this.#appending.get(nameOf(key))?.log;
    const replaced = await this.#index.promote(key, draft.id);
    const closing = log?.sink ?? draft;
    if (log) log.sink = draft;
    await closing[Symbol.asyncDispose]();
    // A file that could not be removed goes with the leftovers at the next start.
    if (replaced !== undefined) await this.#removeFile(replaced).catch(() => {});
  }

  #sink(log: StoredLog): Promise<LogSink> {
    return LogSink.open(log, { index: this.#index, path: this.#path(log.id) });
  }

  #path(id: number): string {
    return join(this.#directory, `${id}.log`);
  }

  async #readLog(
    log: StoredLog,
    part: { readonly offset: number; readonly length: number },
  ): Promise<LogSlice> {
    const { offset, length } = part;
    const head = log.preface.subarray(offset, offset + length);
    const rest = {
      offset: Math.max(0, offset - log.preface.byteLength),
      length: length - head.byteLength,
    };
    const body = log.content === undefined ? await this.#readFile(log.id, rest) : {
      bytes: log.content.subarray(rest.offset, rest.offset + rest.length),
      size: log.content.byteLength,
    };
    return { bytes: concat(head, body.bytes), size: log.preface.byteLength + body.size };
  }

  async #readFile(id: number, part: { readonly offset: number; readonly length: number }): Promise<LogSlice> {
    using file = await Deno.open(this.#path(id));
    const { size } = await file.stat();
    await file.seek(part.offset, Deno.SeekMode.Start);
    const bytes = new Uint8Array(Math.max(0, Math.min(part.length, size - part.offset)));
    let filled = 0;
    while (filled < bytes.byteLength) {
      const count = await file.read(bytes.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    return { bytes: bytes.subarray(0, filled), size };
  }

  /** 0 when it is gone. */
  async #fileSize(name: string): Promise<number> {
    try {
      return (await Deno.stat(join(this.#directory, name))).size;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return 0;
      throw error;
    }
  }

  async #removeFile(id: number): Promise<void> {
    await rm(this.#path(id), { force: true });
  }
}

function nameOf(key: LogKey): string {
  return `${key.assignmentId} ${key.command}`;
}
