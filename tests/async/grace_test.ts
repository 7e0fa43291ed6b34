import assert from "node:assert/strict";
import { abortCause, AbortReason } from "../../lib/async/abort_reason.ts";
import { withGrace } from "../../lib/async/grace.ts";

Deno.test.sanitizer({ ops: true, resources: true });

const HOUR = 3_600_000;

Deno.test("the result of the work is passed on, and no timer is left", async () => {
  assert.equal(await withGrace("the work", HOUR, () => Promise.resolve("done")), "done");
});

Deno.test("the error of the work is passed on, and no timer is left", async () => {
  const error = new Error("No such directory");
  await assert.rejects(withGrace("the work", HOUR, () => Promise.reject(error)), error);
});

Deno.test("work that ignores its signal is given up with a timeout that names it", async () => {
  let cause: string | undefined;
  const ignoring = (signal: AbortSignal) => {
    signal.addEventListener("abort", () => cause = abortCause(signal));
    return new Promise<never>(() => {});
  };
  await assert.rejects(withGrace("removing the container", 5, ignoring), (error) => {
    assert.ok(error instanceof AbortReason);
    assert.equal(error.kind, "timeout");
    assert.equal(error.message, "Gave up on removing the container: not done within 0.005 s");
    return true;
  });
  assert.equal(cause, "timeout");
});

Deno.test("an error of work that was given up goes nowhere", async () => {
  const { promise, reject } = Promise.withResolvers<never>();
  await assert.rejects(withGrace("the work", 1, () => promise), AbortReason);
  reject(new Error("Too late"));
});
