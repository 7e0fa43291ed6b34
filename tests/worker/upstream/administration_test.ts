import assert from "node:assert/strict";
import { Code } from "../../../lib/rpc/code.ts";
import { AbortReason } from "../../../lib/async/abort_reason.ts";
import { pauseWorker, resumeWorker } from "../../../lib/worker/upstream/administration.ts";
import { fail, FakeUpstream, hang } from "../../fakes/upstream_workers.ts";

function options(...upstreams: FakeUpstream[]) {
  return {
    name: "mini-1",
    upstreams: upstreams.map(({ endpoint, token }) => ({ endpoint, token })),
    signal: new AbortController().signal,
  };
}

Deno.test("pause disables the worker by its name and token alone, on every upstream", async () => {
  await using one = await FakeUpstream.start();
  await using two = await FakeUpstream.start();
  const results = await pauseWorker({ ...options(one, two), wait: false });
  assert.deepEqual(results, [one, two].map(({ endpoint }) => ({ endpoint, outcome: "done" })));
  for (const upstream of [one, two]) {
    const { request, metadata } = await upstream.next("updateStatus");
    assert.equal(request.disabled, true);
    assert.equal(metadata.get("registration-token"), upstream.token);
    assert.equal(metadata.get("worker-name"), "mini-1");
    assert.equal(metadata.has("session-token"), false);
    assert.deepEqual(upstream.methods, ["updateStatus"]);
  }
});

Deno.test("resume enables the worker", async () => {
  await using upstream = await FakeUpstream.start();
  await resumeWorker(options(upstream));
  assert.equal((await upstream.next("updateStatus")).request.disabled, false);
});

Deno.test("an upstream that does not know the worker is told of, and is no error", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.answers.updateStatus = fail(Code.NOT_FOUND);
  assert.deepEqual(await pauseWorker({ ...options(upstream), wait: true }), [
    { endpoint: upstream.endpoint, outcome: "unknown worker" },
  ]);
});

Deno.test("pause waits until none of the worker's tasks runs, numbered ones included", async () => {
  await using upstream = await FakeUpstream.start();
  const answers = [{ runningTasks: ["a"] }, { oldRunningTasks: [7n] }, {}];
  upstream.answers.queryRunningTasks = () => Promise.resolve(answers.shift() ?? {});
  await pauseWorker({ ...options(upstream), wait: true });
  assert.deepEqual(answers, []);
  assert.deepEqual(upstream.methods, ["updateStatus", ...Array(3).fill("queryRunningTasks")]);
});

Deno.test("a wait can be given up", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.answers.queryRunningTasks = hang;
  const stop = new AbortController();
  const paused = pauseWorker({ ...options(upstream), signal: stop.signal, wait: true });
  await upstream.next("queryRunningTasks");
  stop.abort(new AbortReason("shutdown", "Interrupted"));
  await assert.rejects(paused, /Interrupted/);
});

Deno.test("a failure names the upstream, what is wrong and what to do", async () => {
  await using good = await FakeUpstream.start();
  await using bad = await FakeUpstream.start();
  bad.answers.updateStatus = fail(Code.UNAUTHENTICATED, "invalid registration token");
  await assert.rejects(pauseWorker({ ...options(good, bad), wait: false }), ({ message }: Error) => {
    assert.match(
      message,
      /^Could not pause worker "mini-1" on http:.*invalid registration token; check that/,
    );
    assert.ok(message.includes(bad.endpoint));
    assert.ok(!message.includes(good.endpoint));
    assert.ok(!message.includes(bad.token));
    return true;
  });
  assert.ok(good.methods.includes("updateStatus"), "one upstream's failure keeps no other from being told");
});

Deno.test("an upstream that keeps the worker as it was is an error", async () => {
  await using upstream = await FakeUpstream.start();
  upstream.answers.updateStatus = () => Promise.resolve({ disabled: true });
  await assert.rejects(resumeWorker(options(upstream)), /the upstream keeps the worker disabled/);
});

Deno.test("an upstream in passing trouble is asked again", async () => {
  await using upstream = await FakeUpstream.start();
  const { updateStatus } = upstream.answers;
  upstream.answers.updateStatus = () => {
    upstream.answers.updateStatus = updateStatus;
    return fail(Code.UNAVAILABLE)();
  };
  await pauseWorker({ ...options(upstream), wait: false });
  assert.deepEqual(upstream.methods, ["updateStatus", "updateStatus"]);
});
