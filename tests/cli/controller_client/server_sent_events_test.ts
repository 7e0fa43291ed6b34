import assert from "node:assert/strict";
import { serverSentEvents } from "../../../lib/cli/controller_client/server_sent_events.ts";

function read(pieces: readonly (string | Uint8Array)[], idleMs = 20_000): Promise<string[]> {
  const encoder = new TextEncoder();
  const stream = ReadableStream.from(
    pieces.map((piece) => typeof piece === "string" ? encoder.encode(piece) : piece),
  );
  return Array.fromAsync(serverSentEvents(stream, { idleMs }));
}

Deno.test("events are told apart by empty lines, and only their data counts", async () => {
  assert.deepEqual(
    await read(["retry: 1000\n\nid: 1\nevent: task\ndata: one\n\n: still here\n\ndata:two\n\n"]),
    [
      "one",
      "two",
    ],
  );
});

Deno.test("an event may come in any pieces, in any of the three line endings", async () => {
  const bytes = new TextEncoder().encode("data: grün\r\n\r\ndata: a\rdata: b\r\rdata: c\n\n");
  for (let size = 1; size < 8; size++) {
    const pieces = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, index) => bytes.subarray(index * size, (index + 1) * size),
    );
    assert.deepEqual(await read(pieces), ["grün", "a\nb", "c"], `pieces of ${size}`);
  }
});

Deno.test("an event that is cut off by the end of the stream is none", async () => {
  assert.deepEqual(await read(["data: one\n\ndata: tw"]), ["one"]);
});

Deno.test("a stream that says nothing is given up", async () => {
  const stream = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) });
  await assert.rejects(
    Array.fromAsync(serverSentEvents(stream, { idleMs: 10 })),
    /waiting for the controller's events/,
  );
});

Deno.test("an event without an end is refused before it fills the memory", async () => {
  await assert.rejects(read(Array(3).fill("x".repeat(600_000))), /one is too long/);
});
