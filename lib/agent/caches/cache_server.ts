import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import type { Machine } from "../../machine/machine.ts";
import { Code } from "../../rpc/code.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import { TooLargeError } from "../transfers.ts";
import type { UpstreamCacheStore } from "./upstream_cache_store.ts";

export interface CacheServerOptions {
  readonly machine: Machine;
  readonly store: UpstreamCacheStore;
  readonly logger: Logger;
}

/**
 * Serves the upstream's caches to the programs of a task (Gradle, Bazel, ccache, sccache): `GET`, `HEAD`, `PUT`,
 * `POST` and `DELETE` of `http://host/KEY`, on a port of the host's loopback that the machine exposes.
 */
export class CacheServer implements AsyncDisposable {
  /** Where programs in the machine reach it: `host:port`. */
  readonly address: string;
  readonly #server: Deno.HttpServer;
  readonly #stop: AbortController;

  private constructor(address: string, server: Deno.HttpServer, stop: AbortController) {
    this.address = address;
    this.#server = server;
    this.#stop = stop;
  }

  /** Rejects when the machine cannot expose it. */
  static async start(options: CacheServerOptions): Promise<CacheServer> {
    const stop = new AbortController();
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen: () => {} },
      (request) => answer(request, { ...options, signal: stop.signal }),
    );
    try {
      const { hostname, port } = await options.machine.expose(server.addr.port);
      return new CacheServer(`${hostname}:${port}`, server, stop);
    } catch (error) {
      stop.abort();
      await server.finished;
      throw error;
    }
  }

  /** Cuts off what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#server.finished;
  }
}

async function answer(
  request: Request,
  options: Pick<CacheServerOptions, "store" | "logger"> & { signal: AbortSignal },
): Promise<Response> {
  const { store, logger, signal } = options;
  const key = keyOf(request);
  if (key === undefined) {
    return new Response("A key must follow the host: http://host/KEY\n", { status: 400 });
  }
  try {
    switch (request.method) {
      case "GET": {
        const stored = await store.load(key, signal);
        if (!stored) return new Response("There is no such cache entry\n", { status: 404 });
        return new Response(stored.body, { headers: headersOf(stored.size) });
      }
      case "HEAD": {
        const info = await store.info(key, [], signal);
        if (!info) return new Response(null, { status: 404 });
        return new Response(null, { headers: headersOf(Number(info.sizeInBytes)) });
      }
      case "PUT":
      case "POST":
        await save(key, request, { store, signal });
        return new Response(null, { status: 201 });
      case "DELETE":
        await store.remove(key, signal);
        return new Response(null, { status: 204 });
      default:
        return new Response("Only GET, HEAD, PUT, POST and DELETE\n", { status: 405 });
    }
  } catch (error) {
    if (isTooLarge(error)) return new Response("The upstream keeps nothing so large\n", { status: 413 });
    if (!signal.aborted) logger.warning(`Serving the caches of a task: ${errorMessage(error)}`);
    return new Response("The upstream's cache failed; the worker's log says why\n", { status: 502 });
  }
}

/** Whether an upload was refused for its size, of which build tools make nothing. */
function isTooLarge(error: unknown): boolean {
  return error instanceof TooLargeError ||
    error instanceof RpcError && error.code === Code.RESOURCE_EXHAUSTED;
}

async function save(
  key: string,
  request: Request,
  { store, signal }: { store: UpstreamCacheStore; signal: AbortSignal },
): Promise<void> {
  const body = request.body ?? ReadableStream.from<Uint8Array>([]);
  const length = request.headers.get("content-length");
  if (length === null) await store.saveStream(key, body, signal);
  else await store.save(key, { body, size: Number(length) }, signal);
}

function headersOf(size: number | undefined): Record<string, string> {
  return {
    "content-type": "application/octet-stream",
    ...(size === undefined ? {} : { "content-length": String(size) }),
  };
}

/** Build tools give a path of several segments. */
function keyOf(request: Request): string | undefined {
  try {
    return decodeURIComponent(new URL(request.url).pathname.slice(1)) || undefined;
  } catch {
    return undefined;
  }
}
