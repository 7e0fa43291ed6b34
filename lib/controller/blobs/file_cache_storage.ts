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
  type UploadedPart,
} from "./cache_storage.ts";
import { removeAbandonedDrafts } from "./drafts.ts";
import { FileCacheIndex, type IndexedEntry } from "./file_cache_index.ts";
import { CACHES, MultipartUploads } from "./multipart_uploads.ts";
import { readRange } from "./read_range.ts";
import { writeBlob } from "./write_blob.ts";

export interface FileCacheStorageOptions {
  /** Made when missing. */
  readonly directory: string;
  /** What all entries may have together; those not used for the longest time go first. */
  readonly maxBytes: number;
  readonly clock: Clock;
}

/** What no process can still be writing to, as its URLs have expired long ago; in milliseconds. */
const ABANDONED_MS = 24 * 3_600_000;

/** Caches in files of a directory, each written under another name first, and an index beside them. */
export class FileCacheStorage implements CacheStorage {
  readonly #options: FileCacheStorageOptions;
  readonly #index: FileCacheIndex;
  readonly #uploads: MultipartUploads;
  /** How many read an entry, by its id. */
  readonly #readers = new Map<number, number>();

  private constructor(options: FileCacheStorageOptions, index: FileCacheIndex) {
    this.#options = options;
    this.#index = index;
    this.#uploads = new MultipartUploads({
      directory: join(options.directory, "uploads"),
      maxBytes: options.maxBytes,
    });
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

  beginUpload(): Promise<string> {
    return this.#uploads.begin();
  }

  writePart(
    part: { readonly uploadId: string; readonly partNumber: number },
    body: ReadableStream<Uint8Array>,
  ): Promise<string> {
    return this.#uploads.writePart(part, body);
  }

  completeUpload(
    { uploadId, target }: { readonly uploadId: string; readonly target: CacheTarget },
    parts: readonly UploadedPart[],
  ): Promise<CacheEntry> {
    return this.#uploads.complete({ uploadId, parts }, (content) => this.#store(target, content));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.try(() => this.#index[Symbol.dispose]());
  }

  async #store(
    { scope, key, taskId }: CacheTarget,
    body: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<CacheEntry> {
    const file = crypto.randomUUID();
    const draft = join(this.#options.directory, "uploads", file);
    const { size, digest } = await writeBlob(draft, body, { maxBytes: this.#options.maxBytes, what: CACHES });
    await Deno.rename(draft, this.#pathOf(file));
    const entry = { scope, key, taskId, file, size, digest, createdAt: this.#options.clock.now() };
    let replaced: string | undefined;
    try {
      replaced = this.#index.put(entry);
    } catch (error) {
      await this.#removeFile(file);
      throw asStoreFull(error, CACHES);
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
