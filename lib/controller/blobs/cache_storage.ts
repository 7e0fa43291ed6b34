import type { ByteRange } from "../http/byte_range.ts";

/**
 * The contract of what keeps caches. The services ask it about entries, the HTTP handler moves their content. All
 * methods may be called concurrently, and by several processes for the same place. An entry is there whole or not at
 * all; one that is replaced or removed while somebody reads it is read to its end.
 */

/** Whose entries: a repository's, or those of one of its pull requests. */
export type CacheScope = string;

/** What is known of an entry. */
export interface CacheEntry {
  readonly scope: CacheScope;
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  /** A digest of the content: entries with the same one hold the same. */
  readonly digest: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly taskId: string;
}

/** Where an entry goes, and who makes it. */
export type CacheTarget = Pick<CacheEntry, "scope" | "key" | "taskId">;

/** An entry and its content, which its receiver reads to the end or cancels. */
export interface CacheReading {
  readonly entry: CacheEntry;
  readonly body: ReadableStream<Uint8Array>;
}

/** A part of an upload, as its sender names it. */
export interface UploadedPart {
  readonly partNumber: number;
  readonly etag: string;
}

/** An upload that cannot be: too large, unknown, or with parts that are not those that came. The message says which. */
export class CacheUploadError extends Error {
  override readonly name = "CacheUploadError";

  constructor(readonly kind: "too large" | "unknown" | "incomplete", message: string) {
    super(message);
  }
}

export interface CacheStorage extends AsyncDisposable {
  /** The entry in the first of the scopes that has one. */
  find(scopes: readonly CacheScope[], key: string): Promise<CacheEntry | undefined>;
  /** The newest entry whose key begins with one of the prefixes. */
  newest(scopes: readonly CacheScope[], prefixes: readonly string[]): Promise<CacheEntry | undefined>;
  /** Opens an entry, for the part of it that `choose` says once it knows the entry; all of it when undefined. */
  read(
    entry: Pick<CacheEntry, "scope" | "key">,
    choose?: (entry: CacheEntry) => ByteRange | undefined,
  ): Promise<CacheReading | undefined>;
  /** Makes or replaces an entry. Rejects with `CacheUploadError`, or with the body's error, and then nothing changed. */
  write(target: CacheTarget, body: ReadableStream<Uint8Array>): Promise<CacheEntry>;
  /** The bytes of all entries. */
  usedBytes(): Promise<number>;
  /** Removes an entry; false when there was none. */
  remove(entry: Pick<CacheEntry, "scope" | "key">): Promise<boolean>;
  /** Begins an upload in parts; resolves with its id. */
  beginUpload(target: CacheTarget): Promise<string>;
  /** Takes a part of an upload; resolves with its ETag. Rejects with `CacheUploadError`. */
  writePart(
    part: { readonly uploadId: string; readonly partNumber: number },
    body: ReadableStream<Uint8Array>,
  ): Promise<string>;
  /** Makes an entry of the parts, in the order of their numbers. Rejects with `CacheUploadError`. */
  completeUpload(
    upload: { readonly uploadId: string; readonly target: CacheTarget },
    parts: readonly UploadedPart[],
  ): Promise<CacheEntry>;
}
