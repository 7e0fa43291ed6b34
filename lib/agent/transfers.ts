import http from "node:http";
import https from "node:https";
import { abortable } from "../async/abortable.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import { StallWatch } from "./logs/stall_watch.ts";
import { isEncrypted, TrustingFetch } from "./trusting_fetch.ts";

/** How long a transfer may stand still before it is given up; in milliseconds. */
const STALL_MS = 60_000;

/**
 * Up to this size a file is sent as a whole, over connections that are used again: to make one takes longer than its
 * bytes do. In bytes.
 */
const WHOLE_BYTES = 256 * 1024;

/** What comes of a download. Its receiver reads `body` to the end or cancels it. */
export interface Download {
  readonly body: ReadableStream<Uint8Array>;
  /** In bytes; undefined where the server does not say. */
  readonly size: number | undefined;
}

/** What is to be sent. */
export interface Content {
  readonly body: ReadableStream<Uint8Array>;
  /** In bytes. */
  readonly size: number;
}

/** The server takes no file of this size. */
export class TooLargeError extends Error {
  override readonly name = "TooLargeError";

  constructor() {
    super("Uploading a file: the server answers 413: it is too large");
  }
}

/** A file to send, and how. */
export interface Upload {
  readonly url: string;
  readonly method: "PUT" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Content;
}

/** Moves files to and from the servers that upstreams name. Dispose it to close its connections. */
export class Transfers implements Disposable {
  /** Reaches other servers in the same way. */
  readonly web: TrustingFetch;

  constructor(options: { readonly caFile?: string } = {}) {
    this.web = new TrustingFetch(options);
  }

  /**
   * Asks for a file; undefined when there is none. The URL may hold a signature, so no message names it. Rejects on every
   * answer but 2xx and 404.
   */
  async download(url: string, signal: AbortSignal): Promise<Download | undefined> {
    using watch = new StallWatch("downloading a file", STALL_MS);
    const stop = new AbortController();
    const response = await abortable(
      this.#fetch(url, {
        // What is stored is compressed already; a server that compressed it again would hide its size.
        headers: { "accept-encoding": "identity" },
        signal: AbortSignal.any([signal, stop.signal]),
      }),
      watch.signal,
    ).catch((error) => {
      stop.abort(error);
      throw error;
    });
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new Error(`Downloading a file: the server answers ${response.status}`);
    }
    const length = response.headers.get("content-length");
    return { body: watched(response.body), size: length === null ? undefined : Number(length) };
  }

  /** Asks only whether a file is there. */
  async isThere(url: string, signal: AbortSignal): Promise<boolean> {
    using watch = new StallWatch("looking for a file", STALL_MS);
    const response = await this.#fetch(url, {
      method: "HEAD",
      signal: AbortSignal.any([signal, watch.signal]),
    });
    await response.body?.cancel();
    if (!response.ok && response.status !== 404) {
      throw new Error(`Looking for a file: the server answers ${response.status}`);
    }
    return response.ok;
  }

  /**
   * Sends a file with its length, which S3 demands. Resolves with the ETag of the answer, if it has one. Rejects on
   * every answer but 2xx.
   */
  async upload(upload: Upload, signal: AbortSignal): Promise<string | undefined> {
    using watch = new StallWatch("uploading a file", STALL_MS);
    const stop = AbortSignal.any([signal, watch.signal]);
    try {
      stop.throwIfAborted();
      return upload.content.size <= WHOLE_BYTES
        ? await this.#uploadWhole(upload, stop)
        : await this.#uploadStream(upload, { signal: stop, watch });
    } catch (error) {
      stop.throwIfAborted();
      if (error instanceof TooLargeError) throw error;
      throw new Error(`Uploading a file: ${errorMessage(error)}`, { cause: error });
    }
  }

  async #uploadWhole(
    { url, method, headers, content }: Upload,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const body = await new Response(content.body).bytes();
    if (body.length !== content.size) {
      throw new Error(`it has ${body.length} bytes instead of ${content.size}`);
    }
    const send = () => this.#fetch(url, { method, headers, body, redirect: "manual", signal });
    const response = await send().catch(() => {
      signal.throwIfAborted();
      // The server may have closed a connection just when it was used again.
      return send();
    });
    // Only a connection whose answer was read to its end is used again.
    await response.body?.pipeTo(new WritableStream(), { signal });
    if (response.status === 413) throw new TooLargeError();
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    return response.headers.get("etag") ?? undefined;
  }

  /** By node's client: `fetch` cannot say the length of a stream. */
  async #uploadStream(
    { url, method, headers, content }: Upload,
    { signal: stop, watch }: { signal: AbortSignal; watch: StallWatch },
  ): Promise<string | undefined> {
    const options = {
      method,
      headers: { ...headers, "content-length": String(content.size) },
      // A connection of its own: in Deno 2.9.3 one that is used again may never send the next request.
      agent: false,
    };
    const request = isEncrypted(url)
      ? https.request(url, { ...options, ca: await this.web.trusted() })
      : http.request(url, options);
    const onAbort = () => request.destroy(new Error("aborted"));
    stop.addEventListener("abort", onAbort, { once: true });
    if (stop.aborted) onAbort();
    const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
      request.once("response", resolve);
      request.once("error", reject);
      request.once("close", () => reject(new Error("the server closed the connection")));
    });
    answered.catch(() => {});
    let sent = 0;
    try {
      for await (const chunk of content.body) {
        watch.touch();
        sent += chunk.length;
        if (sent > content.size) break;
        if (!request.write(chunk)) await Promise.race([drained(request), answered]);
      }
      expectSize(sent, content.size);
      request.end();
      const response = await answered;
      response.resume();
      const { statusCode = 0, headers: { etag } } = response;
      if (statusCode === 413) throw new TooLargeError();
      if (statusCode < 200 || statusCode > 299) throw new Error(`the server answers ${statusCode}`);
      return etag;
    } finally {
      stop.removeEventListener("abort", onAbort);
      if (!request.writableEnded) request.destroy();
    }
  }

  [Symbol.dispose](): void {
    this.web[Symbol.dispose]();
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    try {
      return await this.web.fetch(url, init);
    } catch (error) {
      init.signal?.throwIfAborted();
      throw new Error(`Reaching the server of a file: ${errorMessage(error)}`, { cause: error });
    }
  }
}

/** A server would wait for the rest, or take what follows for another request. */
function expectSize(bytes: number, size: number): void {
  if (bytes < size) throw new Error(`it has ${bytes} bytes instead of ${size}`);
  if (bytes > size) throw new Error(`it has more than ${size} bytes`);
}

function drained(request: http.ClientRequest): Promise<void> {
  return new Promise((resolve) => request.once("drain", resolve));
}

/** Passes a body on; a wait for more of it that takes too long is an error. */
function watched(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      using watch = new StallWatch("downloading a file", STALL_MS);
      try {
        const { value } = await abortable(reader.read(), watch.signal);
        if (value) controller.enqueue(value);
        else controller.close();
      } catch (error) {
        reader.cancel(error).catch(() => {});
        throw error;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
