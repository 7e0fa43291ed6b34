import assert from "node:assert/strict";
import { Code } from "../../../lib/rpc/code.ts";
import { AbortReason } from "../../../lib/async/abort_reason.ts";
import { task } from "../builds.ts";
import { ManualClock } from "../manual_clock.ts";
import { RawWorker, TOKEN } from "../raw_worker.ts";
import { startController } from "../running_controller.ts";

Deno.test("Register refuses a token that is not the controller's", async () => {
  await using controller = await startController();
  for (const token of ["wrong", "", TOKEN.slice(0, -1), `${TOKEN}x`]) {
    await assert.rejects(RawWorker.connect(controller.endpoint, { name: "w1", token }), {
      code: Code.UNAUTHENTICATED,
    });
  }
});

Deno.test("Register takes any of several tokens", async () => {
  await using controller = await startController({ registrationToken: ["old", "new"], holdMs: 10 });
  for (const token of ["old", "new"]) {
    using worker = await RawWorker.connect(controller.endpoint, { name: token, token });
    await worker.poll();
  }
});

Deno.test("Controller does not start with an empty registration token", async () => {
  await assert.rejects(startController({ registrationToken: "" }), /registration token is empty/);
  await assert.rejects(startController({ registrationToken: [] }), /registration token is empty/);
});

Deno.test("Every call of a worker needs the registration token and its session", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const without = (change: Record<string, string>) => ({ metadata: { ...worker.metadata, ...change } });
  for (
    const options of [
      without({ "registration-token": "wrong" }),
      without({ "registration-token": "" }),
      without({ "session-token": "wrong" }),
      without({ "session-token": "" }),
    ]
  ) {
    await assert.rejects(worker.poll({}, options), { code: Code.UNAUTHENTICATED });
    await assert.rejects(worker.client.taskStarted({}, options), { code: Code.UNAUTHENTICATED });
    await assert.rejects(worker.client.taskFailed({}, options), { code: Code.UNAUTHENTICATED });
    await assert.rejects(worker.client.taskStopped({}, options), { code: Code.UNAUTHENTICATED });
  }
});

Deno.test("Poll without a worker's name says that there is none", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  await assert.rejects(worker.poll({}, { metadata: { ...worker.metadata, "worker-name": "" } }), {
    code: Code.INVALID_ARGUMENT,
    details: /worker-name/,
  });
});

Deno.test("A worker is known by the name of its metadata, whatever its label says", async () => {
  await using controller = await startController({ holdMs: 10 });
  using one = await RawWorker.connect(controller.endpoint, { name: "one", labels: { name: "shared" } });
  using two = await RawWorker.connect(controller.endpoint, { name: "two", labels: { name: "shared" } });
  await one.poll();
  await two.poll();
  const status = await two.client.queryRunningTasks({}, {
    metadata: { ...two.metadata, "session-token": "" },
  });
  assert.equal(status.status?.disabled, false);
});

Deno.test("A second worker of a name is refused while the first is live, and let in once it is gone", async () => {
  await using controller = await startController();
  using first = await RawWorker.connect(controller.endpoint, { name: "twin" });
  using second = await RawWorker.connect(controller.endpoint, { name: "twin" });
  await controller.builds.create({ tasks: [task()] });
  const { id } = await first.takeTask();
  const gone = new AbortController();
  const held = first.poll({ runningTasks: [id] }, { signal: gone.signal });
  await assert.rejects(second.poll(), { code: Code.ALREADY_EXISTS, details: /another name/ });
  await assert.rejects(second.poll(), { code: Code.ALREADY_EXISTS }, "also when it asks again");

  gone.abort(new AbortReason("cancelled", "The worker is killed"));
  await assert.rejects(held);
  await controller.builds.create({ tasks: [task()] });
  await letIn(second);
  await assert.rejects(first.poll(), { code: Code.UNAUTHENTICATED }, "its session has lost the name");
});

/** Polls until the controller has noticed that the worker which had the name is gone. */
async function letIn(worker: RawWorker): Promise<void> {
  for (;;) {
    try {
      await worker.takeTask();
      return;
    } catch (error) {
      assert.match(String(error), /ALREADY_EXISTS/);
    }
  }
}

Deno.test("A worker that stopped polling keeps its name for a few seconds", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock, holdMs: 0 });
  using first = await RawWorker.connect(controller.endpoint, { name: "twin" });
  using second = await RawWorker.connect(controller.endpoint, { name: "twin" });
  await first.poll();
  await clock.advance(2_999);
  await assert.rejects(second.poll(), { code: Code.ALREADY_EXISTS });
  await clock.advance(1);
  await second.poll();
});

Deno.test("UpdateStatus and QueryRunningTasks need no session, and say NOT_FOUND of an unknown worker", async () => {
  await using controller = await startController({ holdMs: 10 });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const metadata = { "registration-token": TOKEN, "worker-name": "w1" };
  const unknown = { metadata: { ...metadata, "worker-name": "w2" } };
  await assert.rejects(worker.client.updateStatus({ disabled: true }, unknown), { code: Code.NOT_FOUND });
  await assert.rejects(worker.client.queryRunningTasks({}, unknown), { code: Code.NOT_FOUND });
  await worker.poll();
  assert.equal((await worker.client.updateStatus({ disabled: true }, { metadata })).disabled, true);
  assert.equal((await worker.client.queryRunningTasks({}, { metadata })).status?.disabled, true);
  assert.equal((await worker.client.updateStatus({ disabled: false }, { metadata })).disabled, false);
  await assert.rejects(
    worker.client.updateStatus({ disabled: true }, {
      metadata: { ...metadata, "registration-token": "wrong" },
    }),
    { code: Code.UNAUTHENTICATED },
  );
});

Deno.test("A worker that has registered and not polled yet can be disabled, and gets nothing then", async () => {
  await using controller = await startController({ holdMs: 10 });
  await controller.builds.create({ tasks: [task()] });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1", labels: { name: "w1" } });
  const metadata = { "registration-token": TOKEN, "worker-name": "w1" };
  assert.equal((await worker.client.updateStatus({ disabled: true }, { metadata })).disabled, true);
  assert.deepEqual((await worker.poll()).tasksToStart, []);
  await worker.client.updateStatus({ disabled: false }, { metadata });
  assert.equal((await worker.poll()).tasksToStart.length, 1);
});
