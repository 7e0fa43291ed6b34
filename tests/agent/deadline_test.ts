import assert from "node:assert/strict";
import { Deadline } from "../../lib/agent/deadline.ts";
import { abortCause, AbortReason } from "../../lib/async/abort_reason.ts";

const never = new AbortController().signal;
const aborted = (signal: AbortSignal) =>
  signal.aborted ? Promise.resolve() : new Promise((resolve) => signal.addEventListener("abort", resolve));

Deno.test("the limit ends ordinary commands and says so", async () => {
  using deadline = new Deadline({ timeoutSeconds: 0.01, extraMs: 60_000, signal: never });
  const last = deadline.extendedSignal;
  assert.equal(deadline.timedOut, false);
  await aborted(deadline.signal);
  assert.equal(deadline.timedOut, true);
  assert.equal(abortCause(deadline.signal), "timeout");
  assert.equal(
    deadline.signal.reason.message,
    "Timed out! The task's time limit of 0.01 s (timeout_in) ran out",
  );
  assert.equal(last.aborted, false);
});

Deno.test("the last commands get extra time from the first of them on", async () => {
  using deadline = new Deadline({ timeoutSeconds: 0.001, extraMs: 10, signal: never });
  await aborted(deadline.signal);
  const startedAt = performance.now();
  await aborted(deadline.extendedSignal);
  assert.ok(performance.now() - startedAt > 5);
  assert.match(
    deadline.extendedSignal.reason.message,
    /^Timed out! .* and the 0.01 s that its last commands get at least ran out$/,
  );
});

Deno.test("extra time never shortens what is left", async () => {
  using deadline = new Deadline({ timeoutSeconds: 0.05, extraMs: 1, signal: never });
  const last = deadline.extendedSignal;
  await aborted(last);
  assert.ok(deadline.timedOut);
});

for (const timeoutSeconds of [0, -1, 10_000_000_000]) {
  Deno.test(`${timeoutSeconds} s is no limit`, async () => {
    using deadline = new Deadline({ timeoutSeconds, extraMs: 1, signal: never });
    await new Promise((resolve) => setTimeout(resolve));
    assert.equal(deadline.signal.aborted, false);
    assert.equal(deadline.extendedSignal.aborted, false);
  });
}

Deno.test("a cancelled task's commands end whatever the time, and that is no timeout", () => {
  const task = new AbortController();
  using deadline = new Deadline({ timeoutSeconds: 60, extraMs: 60_000, signal: task.signal });
  const signals = [deadline.signal, deadline.extendedSignal];
  task.abort(new AbortReason("cancelled", "Stop"));
  assert.deepEqual(signals.map((signal) => abortCause(signal)), ["cancelled", "cancelled"]);
  assert.equal(deadline.timedOut, false);
});
