import assert from "node:assert/strict";
import { AbortReason } from "../../lib/async/abort_reason.ts";
import { delay } from "../../lib/async/delay.ts";

Deno.test.sanitizer({ ops: true, resources: true });

const HOUR = 3_600_000;

Deno.test("a delay ends by itself and leaves nothing on its signal", async () => {
  const controller = new AbortController();
  await delay(1, { signal: controller.signal });
  controller.abort();
});

Deno.test("a delay ends with the reason of its signal, without leaving its timer", async () => {
  const controller = new AbortController();
  const reason = new AbortReason("cancelled", "Nobody waits any more");
  const waiting = delay(HOUR, { signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(waiting, reason);
});

Deno.test("a delay with an aborted signal does not begin", async () => {
  const reason = new AbortReason("shutdown", "The program ends");
  await assert.rejects(delay(HOUR, { signal: AbortSignal.abort(reason) }), reason);
});
