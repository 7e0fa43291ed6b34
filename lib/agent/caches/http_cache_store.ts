import { type Content, type Download, download, isThere, upload } from "../http_transfer.ts";
import type { CacheStore } from "./cache_store.ts";

/** The store that a task names in `CIRRUS_HTTP_CACHE_HOST`: `GET`, `HEAD` and `POST` of `http://host/KEY`. */
export class HttpCacheStore implements CacheStore {
  readonly #host: string;

  /** `host` is `host` or `host:port`. */
  constructor(host: string) {
    this.#host = host;
  }

  async load(key: string, signal: AbortSignal): Promise<Download | undefined> {
    return await download(this.#url(key), signal);
  }

  async has(key: string, signal: AbortSignal): Promise<boolean> {
    return await isThere(this.#url(key), signal);
  }

  async save(key: string, content: Content, signal: AbortSignal): Promise<void> {
    const headers = { "content-type": "application/octet-stream" };
    await upload({ url: this.#url(key), method: "POST", headers, content }, signal);
  }

  #url(key: string): string {
    return `http://${this.#host}/${encodeURIComponent(key)}`;
  }
}
