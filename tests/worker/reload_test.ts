import assert from "node:assert/strict";
import { FakeUpstream } from "../fakes/upstream_workers.ts";
import { TestedWorker } from "./tested_worker.ts";

Deno.test("changed labels and resources are told with the next poll, which is made at once", async () => {
  await using upstream = await FakeUpstream.start();
  await using worker = await TestedWorker.start([upstream], { labels: { a: "1" } });
  assert.equal((await upstream.next("poll")).request.workerInfo?.labels.a, "1");
  await worker.reload({ labels: { a: "2" }, resources: { gpu: 2 } });
  const { workerInfo } = (await upstream.next("poll")).request;
  assert.deepEqual([workerInfo?.labels.a, workerInfo?.resourcesTotal], ["2", { gpu: 2 }]);
  assert.deepEqual(upstream.methods, ["register", "poll", "poll"]);
});

Deno.test("an upstream that was added is registered with, and one that stays keeps its session", async () => {
  await using stays = await FakeUpstream.start();
  await using added = await FakeUpstream.start();
  await using worker = await TestedWorker.start([stays]);
  await stays.next("poll");
  await worker.reload({ upstreams: [stays, added] });
  await added.next("poll");
  assert.equal((await stays.next("poll")).metadata.get("session-token"), "session-1");
  assert.deepEqual(stays.methods, ["register", "poll", "poll"]);
});

Deno.test("an upstream that was removed and added again is a new one", async () => {
  await using stays = await FakeUpstream.start();
  await using other = await FakeUpstream.start();
  await using worker = await TestedWorker.start([stays, other]);
  await other.next("poll");
  await worker.reload({ upstreams: [stays] });
  await worker.log.line(/info the upstream http:.* was removed: taking no more of its tasks/);
  await worker.reload({ upstreams: [stays, other] });
  assert.equal((await other.next("poll")).metadata.get("session-token"), "session-2");
});

Deno.test("options that cannot be used change nothing", async () => {
  await using upstream = await FakeUpstream.start();
  await using worker = await TestedWorker.start([upstream], { labels: { a: "1" } });
  await upstream.next("poll");
  const labels = { a: "2" };
  for (
    const [changed, message] of [
      [{ upstreams: [] }, /No upstream to poll/],
      [{ upstreams: [upstream, { endpoint: "ftp://x", token: "a" }] }, /"ftp" is no scheme/],
      [{ upstreams: [{ endpoint: "https://x", token: "a", caFile: "/nowhere.pem" }] }, /nowhere\.pem/],
      [{ upstreams: [upstream, upstream] }, /named twice with one token/],
      [{ resources: { gpu: -1 } }, /Invalid amount -1/],
    ] as const
  ) {
    await assert.rejects(() => worker.reload({ labels, ...changed }), message);
  }
  await worker.reload({ labels: { a: "1" }, resources: { gpu: 1 } });
  const { workerInfo } = (await upstream.next("poll")).request;
  assert.equal(workerInfo?.labels.a, "1");
  assert.deepEqual(upstream.methods, ["register", "poll", "poll"]);
});

Deno.test("a worker that is about to end, or has ended, takes over nothing", async () => {
  await using upstream = await FakeUpstream.start();
  await using worker = await TestedWorker.start([upstream]);
  await upstream.next("poll");
  worker.drain();
  await assert.rejects(() => worker.reload({}), /takes no more tasks/);
  await worker.over;
  await assert.rejects(() => worker.reload({}), /takes no more tasks/);
});

Deno.test("a worker that is still starting takes over what it is told as soon as it polls", async () => {
  await using upstream = await FakeUpstream.start();
  await using worker = await TestedWorker.start([upstream], { labels: { a: "1" } });
  await worker.reload({ labels: { a: "2" } });
  let labels = (await upstream.next("poll")).request.workerInfo?.labels;
  // The first poll may have begun before.
  if (labels?.a === "1") labels = (await upstream.next("poll")).request.workerInfo?.labels;
  assert.equal(labels?.a, "2");
});

Deno.test("a worker that cannot start takes over nothing", async () => {
  await using worker = await TestedWorker.start([{ endpoint: "ftp://x", token: "a" }]);
  await assert.rejects(() => worker.reload({}), /takes no more tasks/);
});
