import { Buffer } from "node:buffer";
import { Code } from "../../lib/rpc/code.ts";
import { RpcError } from "../../lib/rpc/rpc_error.ts";
import type { FakeCi } from "./upstream_ci.ts";

/** One HTTP request that arrived. */
export interface StoredRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}

/** What an upstream stores for its tasks: entries by their key, behind URLs as S3 and others give them out. */
export class FakeCaches implements AsyncDisposable {
  /** The entries, the oldest first. */
  readonly entries = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly requests: StoredRequest[] = [];
  /** Answers in place of the store; undefined lets the store answer. */
  misbehave: (request: Request) => Response | undefined = () => undefined;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #parts = new Map<string, Uint8Array<ArrayBuffer>>();

  /** Makes `upstream` store caches. */
  constructor(upstream: FakeCi) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (r) => this.#answer(r));
    const notFound = () => new RpcError(Code.NOT_FOUND, "There is no such entry");
    const { answers } = upstream;
    answers.cacheInfo = ({ cacheKey, cacheKeyPrefixes }) => {
      const key = [...this.entries.keys()].findLast((key) =>
        key === cacheKey || cacheKeyPrefixes.some((prefix) => key.startsWith(prefix))
      );
      const size = key === undefined ? undefined : this.entries.get(key)?.length;
      if (key === undefined || size === undefined) return Promise.reject(notFound());
      return Promise.resolve({ info: { key, sizeInBytes: BigInt(size) } });
    };
    answers.deleteCache = ({ cacheKey }) =>
      this.entries.delete(cacheKey) ? Promise.resolve({}) : Promise.reject(notFound());
    answers.generateCacheDownloadURLs = ({ cacheKey }) => Promise.resolve({ urls: [this.url(cacheKey)] });
    answers.generateCacheUploadURL = ({ cacheKey }) =>
      Promise.resolve({ url: this.url(cacheKey), extraHeaders: { "x-amz-meta-kind": "cache" } });
    answers.multipartCacheUploadCreate = () => Promise.resolve({ uploadId: "upload-1" });
    answers.multipartCacheUploadPart = ({ partNumber }) =>
      Promise.resolve({ url: `${this.#origin}/parts/${partNumber}` });
    answers.multipartCacheUploadCommit = ({ cacheKey, parts }) => {
      const whole = parts.map(({ partNumber, etag }) => {
        const part = this.#parts.get(`${partNumber}`);
        if (part === undefined || etag !== etagOf(part)) {
          throw new RpcError(Code.INVALID_ARGUMENT, "Wrong part");
        }
        return part;
      });
      this.entries.set(cacheKey?.cacheKey ?? "", Buffer.concat(whole));
      return Promise.resolve({});
    };
  }

  url(key: string): string {
    return `${this.#origin}/store/${encodeURIComponent(key)}?signature=secret-of-the-url`;
  }

  get #origin(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.requests.push({ method: request.method, path: pathname, headers: request.headers });
    const instead = this.misbehave(request);
    if (instead) return instead;
    const [, kind, name = ""] = pathname.split("/");
    const store = kind === "parts" ? this.#parts : this.entries;
    const key = decodeURIComponent(name);
    if (request.method !== "GET" && request.method !== "HEAD") {
      const body = await request.bytes();
      store.set(key, body);
      return new Response(null, { headers: { etag: etagOf(body) } });
    }
    const entry = store.get(key);
    return entry === undefined ? new Response(null, { status: 404 }) : new Response(entry);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function etagOf(part: Uint8Array): string {
  return `"${part.length}-${part[0]}"`;
}
