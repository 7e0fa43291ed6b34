import { rm } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { asStoreFull } from "../store/store_full_error.ts";
import type { Clock } from "../clock.ts";
import type { ByteRange } from "../http/byte_range.ts";
import {
  type CacheEntry,
  type CacheReading,
  type CacheScope,
  type CacheStorage,
  type CacheTarget,
  CacheUploadError,
  type UploadedPart,
} from "./cache_storage.ts";
import { removeAbandonedDrafts } from "./drafts.ts";
import { FileCacheIndex, type IndexedEntry } from "./file_cache_index.ts";
import { readRange } from "./read_range.ts";
import { writeBlob } from "./write_blob.ts";

export interface FileCacheStorageOptions {
  /** Made when missing. */
  readonly directory: string;
  /** What all entries may have together; those not used for the longest time go first. */
  readonly maxBytes: number;
  readonly clock: Clock;
}

/** S3's rule for parts, which uploaders keep to: 5 MiB at least, but for the last one. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

/** What no process can still be writing to, as its URLs have expired long ago; in milliseconds. */
const ABANDONED_MS = 24 * 3_600_000;

/** What a disk that is full holds, for messages. */
const WHAT = "the controller's caches";

/** Caches in files of a directory, each written under another name first, and an index beside them. */
export class FileCacheStorage implements CacheStorage {
  readonly #options: FileCacheStorageOptions;
  readonly #index: FileCacheIndex;
  /** How many read an entry, by its id. */
  readonly #readers = new Map<number, number>();

  private constructor(options: FileCacheStorageOptions, index: FileCacheIndex) {
    this.#options = options;
    this.#index = index;
  }

  /** Rejects with an `Error` that says what to do when the directory cannot be used. */
  static async open(options: FileCacheStorageOptions): Promise<FileCacheStorage> {
    const { directory } = options;
    try {
      for (const name of ["entries", "uploads"]) {
        await Deno.mkdir(join(directory, name), { recursive: true, mode: 0o700 });
      }
      const storage = new FileCacheStorage(options, new FileCacheIndex(join(directory, "index.db")));
      await storage.#removeAbandoned();
      return storage;
    } catch (error) {
      throw new Error(
        `Opening the caches in ${directory}: ${errorMessage(error)}; ` +
          "let this user write there, or remove that directory",
        { cause: error },
      );
    }
  }

  find(scopes: readonly CacheScope[], key: string): Promise<CacheEntry | undefined> {
    return Promise.try(() => first(scopes, (scope) => this.#index.find(scope, key)));
  }

  newest(scopes: readonly CacheScope[], prefixes: readonly string[]): Promise<CacheEntry | undefined> {
    return Promise.try(() => {
      const found = scopes.flatMap((scope) =>
        prefixes.flatMap((prefix) => this.#index.newest(scope, prefix) ?? [])
      );
      return found.sort((a, b) => b.id - a.id)[0];
    });
  }

  async read(
    { scope, key }: Pick<CacheEntry, "scope" | "key">,
    choose: (entry: CacheEntry) => ByteRange | undefined = () => undefined,
  ): Promise<CacheReading | undefined> {
    const entry = this.#index.find(scope, key);
    if (entry === undefined) return undefined;
    const release = this.#hold(entry.id);
    try {
      const range = choose(entry);
      const file = await Deno.open(this.#pathOf(entry.file));
      const body = await readRange(file, { range, onEnd: release });
      this.#index.touch(entry.id, this.#options.clock.now());
      return { entry, body };
    } catch (error) {
      release();
      // Another process removed it meanwhile, or somebody the file.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return undefined;
    }
  }

  async write(target: CacheTarget, body: ReadableStream<Uint8Array>): Promise<CacheEntry> {
    return await this.#store(target, body);
  }

  async remove({ scope, key }: Pick<CacheEntry, "scope" | "key">): Promise<boolean> {
    const file = this.#index.remove(scope, key);
    if (file !== undefined) await this.#removeFile(file);
    return file !== undefined;
  }

  usedBytes(): Promise<number> {
    return Promise.try(() => this.#index.total());
  }

  async beginUpload(): Promise<string> {
    const uploadId = crypto.randomUUID();
    await Deno.mkdir(this.#uploadOf(uploadId), { mode: 0o700 });
    return uploadId;
  }

  async writePart(
    { uploadId, partNumber }: { uploadId: string; partNumber: number },
    body: ReadableStream<Uint8Array>,
  ): Promise<string> {
    const draft = join(this.#uploadOf(uploadId), crypto.randomUUID());
    try {
      const { digest } = await writeBlob(draft, body, { maxBytes: this.#options.maxBytes, what: WHAT });
      await Deno.rename(draft, this.#partOf(uploadId, partNumber, digest));
      return `"${digest}"`;
    } catch (error) {
      throw error instanceof Deno.errors.NotFound ? unknownUpload() : error;
    }
  }

  async completeUpload(
    { uploadId, target }: { uploadId: string; target: CacheTarget },
    parts: readonly UploadedPart[],
  ): Promise<CacheEntry> {
    const ordered = parts.toSorted((a, b) => a.partNumber - b.partNumber);
    const paths = ordered.map(({ partNumber, etag }) =>
      this.#partOf(uploadId, partNumber, etag.replaceAll('"', ""))
    );
    await this.#checkParts(uploadId, paths);
    const entry = await this.#store(target, concatenated(paths));
    await Deno.remove(this.#uploadOf(uploadId), { recursive: true });
    return entry;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.try(() => this.#index[Symbol.dispose]());
  }

  async #checkParts(uploadId: string, paths: readonly string[]): Promise<void> {
    const there = await Deno.stat(this.#uploadOf(uploadId)).then(() => true, () => false);
    if (!there) throw unknownUpload();
    if (paths.length === 0) throw new CacheUploadError("incomplete", "An upload must have a part");
    if (new Set(paths).size < paths.length) throw new CacheUploadError("incomplete", "A part is named twice");
    for (const [index, path] of paths.entries()) {
      const size = await Deno.stat(path).then(({ size }) => size, () => undefined);
      if (size === undefined) {
        throw new CacheUploadError("incomplete", `Part ${index + 1} never came, or has another ETag`);
      }
      if (size < MIN_PART_BYTES && index < paths.length - 1) {
        throw new CacheUploadError(
          "incomplete",
          `Part ${index + 1} has ${size} bytes: all but the last must have ${MIN_PART_BYTES}`,
        );
      }
    }
  }

  async #store(
    { scope, key, taskId }: CacheTarget,
    body: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<CacheEntry> {
    const file = crypto.randomUUID();
    const draft = join(this.#options.directory, "uploads", file);
    const { size, digest } = await writeBlob(draft, body, { maxBytes: this.#options.maxBytes, what: WHAT });
    await Deno.rename(draft, this.#pathOf(file));
    const entry = { scope, key, taskId, file, size, digest, createdAt: this.#options.clock.now() };
    let replaced: string | undefined;
    try {
      replaced = this.#index.put(entry);
    } catch (error) {
      await this.#removeFile(file);
      throw asStoreFull(error, WHAT);
    }
    if (replaced !== undefined) await this.#removeFile(replaced);
    await this.#makeRoom();
    return entry;
  }

  /** Removes what was not used for the longest time until the rest fits; never what is being read here. */
  async #makeRoom(): Promise<void> {
    while (this.#index.total() > this.#options.maxBytes) {
      const oldest = this.#index.oldest(new Set(this.#readers.keys()));
      if (oldest === undefined) return;
      await this.remove(oldest);
    }
  }

  #hold(id: number): () => void {
    this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#readers.get(id) ?? 1) - 1;
      if (left > 0) this.#readers.set(id, left);
      else this.#readers.delete(id);
    };
  }

  /**
   * Removes what processes that were killed left: what they were writing, and later uploads that were never completed
   * and files that never got into the index, which another process may be about to do.
   */
  async #removeAbandoned(): Promise<void> {
    await removeAbandonedDrafts(join(this.#options.directory, "uploads"));
    const before = Date.now() - ABANDONED_MS;
    for (const folder of ["uploads", "entries"]) {
      const parent = join(this.#options.directory, folder);
      for await (const { name } of Deno.readDir(parent)) {
        if (folder === "entries" && this.#index.has(name)) continue;
        const path = join(parent, name);
        const { mtime } = await Deno.stat(path);
        if ((mtime?.getTime() ?? 0) < before) await Deno.remove(path, { recursive: true });
      }
    }
  }

  async #removeFile(file: string): Promise<void> {
    await rm(this.#pathOf(file), { force: true });
  }

  #pathOf(file: string): string {
    return join(this.#options.directory, "entries", file);
  }

  #uploadOf(uploadId: string): string {
    if (!/^[0-9a-f-]{36}$/.test(uploadId)) throw unknownUpload();
    return join(this.#options.directory, "uploads", uploadId);
  }

  #partOf(uploadId: string, partNumber: number, digest: string): string {
    if (!/^[0-9a-f]{64}$/.test(digest)) {
      throw new CacheUploadError("incomplete", `The ETag of part ${partNumber} is none of ours`);
    }
    return join(this.#uploadOf(uploadId), `${partNumber}-${digest}`);
  }
}

function first(
  scopes: readonly CacheScope[],
  find: (scope: CacheScope) => IndexedEntry | undefined,
): IndexedEntry | undefined {
  for (const scope of scopes) {
    const found = find(scope);
    if (found) return found;
  }
  return undefined;
}

function unknownUpload(): CacheUploadError {
  return new CacheUploadError("unknown", "There is no such upload, or it is complete already");
}

async function* concatenated(paths: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const path of paths) yield* (await Deno.open(path)).readable;
}
