import assert from "node:assert/strict";
import { endsAfterAbort } from "../../lib/async/ends_after_abort.ts";

const never = new Promise<never>(() => {});
const overdue = () => new Error("It goes on and on");

Deno.test("what ends is passed on, its failure too, whether it was told to end or not", async () => {
  for (const signal of [new AbortController().signal, AbortSignal.abort()]) {
    const options = { signal, ms: 1_000_000, overdue };
    assert.equal(await endsAfterAbort(Promise.resolve(1), options), 1);
    await assert.rejects(endsAfterAbort(Promise.reject(new Error("no")), options), /^Error: no$/);
  }
});

Deno.test("what does not end when it is told to is given up, also where it was told before", async () => {
  const stop = new AbortController();
  const waiting = endsAfterAbort(never, { signal: stop.signal, ms: 1, overdue });
  stop.abort();
  await assert.rejects(waiting, /It goes on and on/);
  await assert.rejects(endsAfterAbort(never, { signal: stop.signal, ms: 1, overdue }), /It goes on and on/);
});
