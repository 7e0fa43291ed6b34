import type { Content, Download, Transfers } from "../transfers.ts";
import type { CacheStore } from "./cache_store.ts";

/** The store that a task names in `CIRRUS_HTTP_CACHE_HOST`: `GET`, `HEAD` and `POST` of `http://host/KEY`. */
export class HttpCacheStore implements CacheStore {
  readonly #host: string;
  readonly #transfers: Transfers;

  /** `host` is `host` or `host:port`. */
  constructor(host: string, transfers: Transfers) {
    this.#host = host;
    this.#transfers = transfers;
  }

  async load(key: string, signal: AbortSignal): Promise<Download | undefined> {
    return await this.#transfers.download(this.#url(key), signal);
  }

  async has(key: string, signal: AbortSignal): Promise<boolean> {
    return await this.#transfers.isThere(this.#url(key), signal);
  }

  async save(key: string, content: Content, signal: AbortSignal): Promise<void> {
    const headers = { "content-type": "application/octet-stream" };
    await this.#transfers.upload({ url: this.#url(key), method: "POST", headers, content }, signal);
  }

  #url(key: string): string {
    return `http://${this.#host}/${encodeURIComponent(key)}`;
  }
}
