import type { Blobs } from "../../controller/blobs/blobs.ts";

/** Serves the files of a controller's tasks on the loopback, until disposed. */
export function serveBlobs(blobs: Blobs): AsyncDisposable {
  const stop = new AbortController();
  const hostname = "127.0.0.1";
  const server = Deno.serve({ hostname, port: 0, signal: stop.signal, onListen: () => {} }, blobs.fetch);
  blobs.address = { origin: `http://${hostname}:${server.addr.port}` };
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.finished;
    },
  };
}
