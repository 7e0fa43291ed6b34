import type { CacheInfo } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { Code } from "../../rpc/code.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import type { TaskUpstream } from "../task_upstream.ts";
import type { Content, Download } from "../transfers.ts";
import type { CacheStore } from "./cache_store.ts";
import { partsOf } from "./parts_of.ts";

/** How long the upstream may take to answer; in milliseconds. */
const CALL_MS = 30_000;

/** S3 takes parts from 5 MiB up and 10,000 of them; one part at a time is in memory. */
const PART_BYTES = 16 * 1024 * 1024;

/** What is larger goes in parts; S3 takes no single upload above 5 GB. */
const MAX_SINGLE_BYTES = 1024 * 1024 * 1024;

/** What the upstream stores: it gives out URLs, the content goes to and from those. */
export class UpstreamCacheStore implements CacheStore {
  readonly #upstream: TaskUpstream;

  constructor(upstream: TaskUpstream) {
    this.#upstream = upstream;
  }

  async load(cacheKey: string, signal: AbortSignal): Promise<Download | undefined> {
    const { client } = this.#upstream;
    const answer = await found(client.generateCacheDownloadURLs(this.#keyed(cacheKey), bounded(signal)));
    let failure: unknown;
    for (const url of answer?.urls ?? []) {
      try {
        const stored = await this.#upstream.transfers.download(url, signal);
        if (stored) return stored;
      } catch (error) {
        signal.throwIfAborted();
        failure = error;
      }
    }
    if (failure !== undefined) throw failure;
    return undefined;
  }

  async has(key: string, signal: AbortSignal): Promise<boolean> {
    return await this.info(key, [], signal) !== undefined;
  }

  /** What is stored under `cacheKey`, else the newest entry with one of the prefixes. */
  async info(
    cacheKey: string,
    cacheKeyPrefixes: string[],
    signal: AbortSignal,
  ): Promise<CacheInfo | undefined> {
    const { client } = this.#upstream;
    const request = { ...this.#keyed(cacheKey), cacheKeyPrefixes };
    return (await found(client.cacheInfo(request, bounded(signal))))?.info;
  }

  async save(key: string, content: Content, signal: AbortSignal): Promise<void> {
    if (content.size > MAX_SINGLE_BYTES) return await this.saveStream(key, content.body, signal);
    const { client, transfers } = this.#upstream;
    const { url, extraHeaders } = await client.generateCacheUploadURL(this.#keyed(key), bounded(signal));
    await transfers.upload({ url, method: "PUT", headers: extraHeaders, content }, signal);
  }

  /** Stores something of unknown length, in parts unless it turns out to be small. */
  async saveStream(key: string, body: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<void> {
    const { client } = this.#upstream;
    const parts = partsOf(body, PART_BYTES);
    const first = (await parts.next()).value ?? new Uint8Array();
    if (first.length < PART_BYTES) {
      return await this.save(key, { body: ReadableStream.from([first]), size: first.length }, signal);
    }
    const { uploadId } = await client.multipartCacheUploadCreate(this.#keyed(key), bounded(signal));
    const sent = [await this.#sendPart(first, { key, uploadId, partNumber: 1 }, signal)];
    for await (const part of parts) {
      sent.push(await this.#sendPart(part, { key, uploadId, partNumber: sent.length + 1 }, signal));
    }
    const request = { cacheKey: this.#keyed(key), uploadId, parts: sent };
    await client.multipartCacheUploadCommit(request, bounded(signal));
  }

  /** Forgets an entry; one that does not exist is fine. */
  async remove(key: string, signal: AbortSignal): Promise<void> {
    await found(this.#upstream.client.deleteCache(this.#keyed(key), bounded(signal)));
  }

  async #sendPart(
    part: Uint8Array,
    place: { key: string; uploadId: string; partNumber: number },
    signal: AbortSignal,
  ): Promise<{ partNumber: number; etag: string }> {
    const { key, uploadId, partNumber } = place;
    const request = {
      cacheKey: this.#keyed(key),
      uploadId,
      partNumber,
      contentLength: BigInt(part.length),
    };
    const { client, transfers } = this.#upstream;
    const { url, extraHeaders } = await client.multipartCacheUploadPart(request, bounded(signal));
    const content = { body: ReadableStream.from([part]), size: part.length };
    const etag = await transfers.upload({ url, method: "PUT", headers: extraHeaders, content }, signal);
    if (etag === undefined) {
      throw new Error("Uploading a cache: the server answers without an ETag, which a part needs");
    }
    return { partNumber, etag };
  }

  #keyed(cacheKey: string) {
    return { taskIdentification: this.#upstream.taskIdentification, cacheKey };
  }
}

function bounded(signal: AbortSignal) {
  return { signal, timeoutMs: CALL_MS };
}

/** Undefined in place of NOT_FOUND. */
async function found<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof RpcError && error.code === Code.NOT_FOUND) return undefined;
    throw error;
  }
}
