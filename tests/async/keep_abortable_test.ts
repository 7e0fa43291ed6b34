import assert from "node:assert/strict";
import { keepAbortable } from "../../lib/async/keep_abortable.ts";
import { collectGarbage } from "../helpers/collect_garbage.ts";

/** A server whose answers begin and never end. */
function endlessServer() {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) });
    return new Response(body);
  });
}

Deno.test("an abort ends the reading of a body whose response is garbage", async () => {
  await using server = endlessServer();
  const url = `http://127.0.0.1:${server.addr.port}`;
  const stop = new AbortController();
  const open = async () => keepAbortable(await fetch(url, { signal: stop.signal })).body;
  const reader = (await open())?.pipeThrough(new TransformStream()).getReader();
  await reader?.read();
  const pending = reader?.read();
  await collectGarbage();
  stop.abort(new Error("stopped"));
  await assert.rejects(async () => await pending, /^Error: stopped$/);
});
