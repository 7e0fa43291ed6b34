/** An archive as it comes from a store. Its receiver reads `body` to the end or cancels it. */
export interface StoredCache {
  readonly body: ReadableStream<Uint8Array>;
  /** In bytes; undefined where the store does not say. */
  readonly size: number | undefined;
}

/** What is to be stored. */
export interface CacheContent {
  readonly body: ReadableStream<Uint8Array>;
  /** In bytes. */
  readonly size: number;
}

/** Where caches are kept. Everything rejects with an `Error` that says what failed, without addresses or tokens. */
export interface CacheStore {
  /** Undefined when there is nothing under that key. */
  load(key: string, signal: AbortSignal): Promise<StoredCache | undefined>;
  has(key: string, signal: AbortSignal): Promise<boolean>;
  save(key: string, content: CacheContent, signal: AbortSignal): Promise<void>;
}
