import assert from "node:assert/strict";
import { AbortReason } from "../../lib/async/abort_reason.ts";
import { abortable } from "../../lib/async/abortable.ts";

Deno.test.sanitizer({ ops: true, resources: true });

const reason = new AbortReason("cancelled", "Nobody waits any more");

Deno.test("a promise that settles first is passed on", async () => {
  const { signal } = new AbortController();
  assert.equal(await abortable(Promise.resolve("done"), signal), "done");
  const error = new Error("No such directory");
  await assert.rejects(abortable(Promise.reject(error), signal), error);
});

Deno.test("a signal that aborts first wins with its reason, and a later error goes nowhere", async () => {
  const controller = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const waiting = abortable(promise, controller.signal);
  controller.abort(reason);
  await assert.rejects(waiting, reason);
  reject(new Error("Too late"));
});

Deno.test("an aborted signal wins over a promise that is settled", async () => {
  await assert.rejects(abortable(Promise.resolve("done"), AbortSignal.abort(reason)), reason);
  await assert.rejects(abortable(Promise.reject(new Error("Too late")), AbortSignal.abort(reason)), reason);
});
