import { Buffer } from "node:buffer";
import http from "node:http";
import https from "node:https";
import { abortable } from "../async/abortable.ts";
import { StallWatch } from "./logs/stall_watch.ts";

/** How long a transfer may stand still before it is given up; in milliseconds. */
const STALL_MS = 60_000;

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

/**
 * Asks for a file; undefined when there is none. The URL may hold a signature, so no message names it. Rejects on every
 * answer but 2xx and 404.
 */
export async function download(url: string, signal: AbortSignal): Promise<Download | undefined> {
  using watch = new StallWatch("downloading a file", STALL_MS);
  const stop = new AbortController();
  const response = await abortable(
    // What is stored is compressed already; a server that compressed it again would hide its size.
    fetch(url, {
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
export async function isThere(url: string, signal: AbortSignal): Promise<boolean> {
  using watch = new StallWatch("looking for a file", STALL_MS);
  const response = await fetch(url, { method: "HEAD", signal: AbortSignal.any([signal, watch.signal]) });
  await response.body?.cancel();
  if (!response.ok && response.status !== 404) {
    throw new Error(`Looking for a file: the server answers ${response.status}`);
  }
  return response.ok;
}

/** A file to send, and how. */
export interface Upload {
  readonly url: string;
  readonly method: "PUT" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Content;
}

/**
 * Sends a file with its length, which S3 demands and `fetch` cannot say of a stream. Resolves with the ETag of the
 * answer, if it has one. Rejects on every answer but 2xx.
 */
export async function upload(
  { url, method, headers, content }: Upload,
  signal: AbortSignal,
): Promise<string | undefined> {
  using watch = new StallWatch("uploading a file", STALL_MS);
  const stop = AbortSignal.any([signal, watch.signal]);
  stop.throwIfAborted();
  const send = url.startsWith("https:") ? https.request : http.request;
  const request = send(url, { method, headers: { ...headers, "content-length": String(content.size) } });
  const onAbort = () => request.destroy(new Error("aborted"));
  stop.addEventListener("abort", onAbort, { once: true });
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
    request.once("close", () => reject(new Error("the server closed the connection")));
  });
  answered.catch(() => {});
  try {
    for await (const chunk of content.body) {
      watch.touch();
      if (!request.write(chunk)) await Promise.race([drained(request), answered]);
    }
    request.end();
    const response = await answered;
    response.resume();
    const { statusCode = 0, headers: { etag } } = response;
    if (statusCode < 200 || statusCode > 299) throw new Error(`the server answers ${statusCode}`);
    return etag;
  } catch (error) {
    stop.throwIfAborted();
    throw new Error(`Uploading a file: ${error instanceof Error ? error.message : error}`, { cause: error });
  } finally {
    stop.removeEventListener("abort", onAbort);
    if (!request.writableEnded) request.destroy();
  }
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

/** Cuts a body into parts of `size` bytes; the last one may be shorter, and only of an empty body is there none. */
export async function* partsOf(body: ReadableStream<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (let chunk of body) {
    while (length + chunk.length >= size) {
      const cut = size - length;
      yield Buffer.concat([...pieces, chunk.subarray(0, cut)]);
      chunk = chunk.subarray(cut);
      pieces = [];
      length = 0;
    }
    pieces.push(chunk);
    length += chunk.length;
  }
  if (length > 0) yield Buffer.concat(pieces);
}
