import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CacheRetrievalAttemptSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { CacheFolders } from "./cache_folders.ts";
import type { CacheStore } from "./cache_store.ts";
import type { FileDigests } from "./tar_contents.ts";
import type { UpstreamCacheStore } from "./upstream_cache_store.ts";

/** How a cache was found, for the command that uploads it later. */
export type Retrieval =
  /** `restored` is what came, where it is uploaded again if the task changed that. */
  | { readonly kind: "hit"; readonly restored: FileDigests | undefined }
  | { readonly kind: "miss" }
  /** There is an entry, but it could not be taken: another upload would not mend that. */
  | { readonly kind: "broken" };

/** A cache of the task's. */
export interface TaskCache {
  readonly key: string;
  readonly folders: CacheFolders;
  readonly retrieval: Retrieval;
}

type Attempt = MessageInitShape<typeof CacheRetrievalAttemptSchema>;

/** Milliseconds as the protocol has them. */
export function nanos(ms: number): bigint {
  return BigInt(Math.round(ms * 1e6));
}

/** What the cache commands of one task have in common. */
export class TaskCaches {
  readonly store: CacheStore;
  /** Knows what is stored under which prefix; tasks with a store of their own have it, too. */
  readonly upstream: UpstreamCacheStore;
  readonly #caches = new Map<string, TaskCache>();
  readonly #attempts = new Map<string, Attempt>();

  constructor(options: { store: CacheStore; upstream: UpstreamCacheStore }) {
    this.store = options.store;
    this.upstream = options.upstream;
  }

  remember(name: string, cache: TaskCache): void {
    this.#caches.set(name, cache);
  }

  find(name: string): TaskCache | undefined {
    return this.#caches.get(name);
  }

  /** Notes how the retrieval of a cache went, for the report at the end, which has it under the cache's key. */
  note(key: string, attempt: Attempt): void {
    this.#attempts.set(key, attempt);
  }

  /** Adds to what is known of a miss. */
  noteMiss(key: string, more: Record<string, bigint>): void {
    const { error = "", result } = this.#attempts.get(key) ?? {};
    const known = result?.case === "miss" ? result.value : {};
    this.#attempts.set(key, { error, result: { case: "miss", value: { ...known, ...more } } });
  }

  /** Notes what kept a cache from being stored. */
  noteTrouble(key: string, error: string): void {
    this.#attempts.set(key, { ...this.#attempts.get(key), error });
  }

  get attempts(): Record<string, Attempt> {
    return Object.fromEntries(this.#attempts);
  }
}
