import assert from "node:assert/strict";
import { byteRate, TransferMeter } from "../../lib/agent/transfer_meter.ts";

Deno.test("what passes is counted, passed on as it is, and told", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  using meter = new TransferMeter("Restoring deps", { log: resolve, everyMs: 1 });
  const chunks = [new Uint8Array(1_000), new Uint8Array(500)];
  assert.deepEqual(await Array.fromAsync(meter.count(ReadableStream.from(chunks))), chunks);
  meter.add(500);
  assert.match(meter.text, /^2 KB in \S+ \(.+\/s\)$/);
  assert.match(await promise, /^Restoring deps: 2 KB in \S+ \(.+\/s\) so far$/);
});

Deno.test("each piece of work begins at nothing", () => {
  using meter = new TransferMeter("Packing deps", { log: () => {} });
  meter.add(2_000);
  meter.begin("Uploading deps");
  meter.add(7);
  assert.match(meter.text, /^7 B in /);
});

Deno.test("a rate is that of a second, also of what took no time", () => {
  assert.equal(byteRate(3_000_000, 1_500), "2 MB/s");
  assert.equal(byteRate(1_000, 0), "1 MB/s");
});
