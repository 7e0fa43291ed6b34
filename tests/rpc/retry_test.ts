import assert from "node:assert/strict";
import { AbortReason } from "../../lib/async/abort_reason.ts";
import { Backoff } from "../../lib/async/backoff.ts";
import { Code, codeName } from "../../lib/rpc/code.ts";
import { isRetryable, retryCall } from "../../lib/rpc/retry.ts";
import { RpcError } from "../../lib/rpc/rpc_error.ts";

const never = new AbortController().signal;
const quick = () => new Backoff({ initialMs: 1, maxMs: 4, random: () => 0.5 });

for (const [name, code] of Object.entries(Code)) {
  const retried = [
    Code.UNAVAILABLE,
    Code.INTERNAL,
    Code.CANCELLED,
    Code.DEADLINE_EXCEEDED,
    Code.ABORTED,
    Code.UNKNOWN,
  ].some((retryable) => retryable === code);
  Deno.test(`${name} is ${retried ? "tried again" : "final"}`, async () => {
    const failure = new RpcError(code, "no");
    assert.equal(isRetryable(failure), retried);
    let calls = 0;
    const call = retryCall(() => {
      if (++calls === 1) return Promise.reject(failure);
      return Promise.resolve("yes");
    }, { signal: never, backoff: quick() });
    if (retried) assert.equal(await call, "yes");
    else await assert.rejects(call, failure);
    assert.equal(codeName(code), name);
  });
}

Deno.test("what is no RpcError is final", async () => {
  const failure = new TypeError("a bug");
  assert.equal(isRetryable(failure), false);
  await assert.rejects(retryCall(() => Promise.reject(failure), { signal: never }), failure);
});

Deno.test("each try knows its number, each wait is told with its error", async () => {
  const tries: number[] = [];
  const waits: Array<[string, number]> = [];
  const result = await retryCall((attempt) => {
    tries.push(attempt);
    return attempt < 4
      ? Promise.reject(new RpcError(Code.UNAVAILABLE, `${attempt}`))
      : Promise.resolve("done");
  }, {
    signal: never,
    backoff: quick(),
    onRetry: (error, waitMs) => waits.push([error.details, waitMs]),
  });
  assert.equal(result, "done");
  assert.deepEqual(tries, [1, 2, 3, 4]);
  assert.deepEqual(waits, [["1", 0.75], ["2", 1.5], ["3", 3]]);
});

Deno.test("the last error is thrown after the last try", async () => {
  const call = retryCall((attempt) => Promise.reject(new RpcError(Code.UNAVAILABLE, `try ${attempt}`)), {
    signal: never,
    backoff: quick(),
    maxAttempts: 3,
  });
  await assert.rejects(call, { details: "try 3" });
});

Deno.test("an abort ends the wait with its reason", async () => {
  const controller = new AbortController();
  const reason = new AbortReason("shutdown", "enough");
  const call = retryCall(() => Promise.reject(new RpcError(Code.UNAVAILABLE, "no")), {
    signal: controller.signal,
    onRetry: () => controller.abort(reason),
  });
  await assert.rejects(call, reason);
});

Deno.test("nothing is called once the signal is aborted", async () => {
  const reason = new AbortReason("shutdown", "enough");
  let calls = 0;
  await assert.rejects(
    retryCall(() => Promise.resolve(calls++), { signal: AbortSignal.abort(reason) }),
    reason,
  );
  assert.equal(calls, 0);
});

Deno.test("a success lets the waits start again", async () => {
  const backoff = quick();
  const waits: number[] = [];
  for (let round = 0; round < 2; round++) {
    await retryCall(
      (attempt) => attempt < 2 ? Promise.reject(new RpcError(Code.UNAVAILABLE, "no")) : Promise.resolve(),
      { signal: never, backoff, onRetry: (_error, waitMs) => waits.push(waitMs) },
    );
  }
  assert.deepEqual(waits, [0.75, 0.75]);
});

Deno.test("a caller may say itself which errors are worth another try", async () => {
  let calls = 0;
  const result = await retryCall(() => {
    if (++calls === 1) return Promise.reject(new RpcError(Code.NOT_FOUND, "not yet"));
    return Promise.resolve("there");
  }, { signal: never, backoff: quick(), retryable: (error) => error.code === Code.NOT_FOUND });
  assert.equal(result, "there");
});
