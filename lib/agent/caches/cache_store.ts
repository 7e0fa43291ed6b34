import type { Content, Download } from "../transfers.ts";

/** Where caches are kept. Everything rejects with an `Error` that says what failed, without addresses or tokens. */
export interface CacheStore {
  /** Undefined when there is nothing under that key. */
  load(key: string, signal: AbortSignal): Promise<Download | undefined>;
  has(key: string, signal: AbortSignal): Promise<boolean>;
  save(key: string, content: Content, signal: AbortSignal): Promise<void>;
}
