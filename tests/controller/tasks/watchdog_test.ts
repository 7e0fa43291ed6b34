import assert from "node:assert/strict";
import type { Controller } from "../../../lib/controller/controller.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { task } from "../builds.ts";
import { ManualClock } from "../manual_clock.ts";
import { type PollInit, RawWorker } from "../raw_worker.ts";
import { requireTask, startController, waitForTask } from "../running_controller.ts";

const MINUTE = 60_000;

async function stateOf(controller: Controller, taskId: string) {
  return (await requireTask(controller, taskId)).state;
}

Deno.test("A task whose worker and agent are silent for too long starts over once on another worker", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock, workerTimeoutMs: 5 * MINUTE });
  using silent = await RawWorker.connect(controller.endpoint, { name: "silent" });
  using other = await RawWorker.connect(controller.endpoint, { name: "other" });
  await controller.builds.create({ tasks: [task()] });
  const first = await silent.takeTask();
  await first.started();
  await clock.advance(4 * MINUTE);
  await first.agent.heartbeat({});
  await clock.advance(4 * MINUTE);
  assert.equal((await stateOf(controller, first.id)).status, "executing", "its agent was heard");
  await clock.advance(MINUTE);
  const { state } = await waitForTask(controller, first.id, "triggered");
  assert.deepEqual(state, {
    status: "triggered",
    message: "The worker silent was silent for 5 min: the task was queued again and starts over",
  });

  const second = await other.takeTask();
  assert.equal(second.id, first.id);
  await assert.rejects(first.agent.heartbeat({}), /UNAUTHENTICATED/, "the first try is over");
  const stray = silent.poll({ runningTasks: [first.id] });
  assert.deepEqual((await stray).tasksToStop, [first.id]);

  await second.started();
  await clock.advance(5 * MINUTE);
  const failed = await waitForTask(controller, first.id, "failed");
  assert.deepEqual(failed.state, {
    status: "failed",
    cause: "infrastructure",
    message: "The worker other was silent for 5 min; it was not the first worker that this task lost",
  });
});

Deno.test("A worker that polls is not silent, however long its poll is held", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock, holdMs: 20 * MINUTE, workerTimeoutMs: 5 * MINUTE });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  await controller.builds.create({ tasks: [task()] });
  const given = await worker.takeTask();
  await given.started();
  const held = worker.poll({ runningTasks: [given.id] });
  await clock.timer(20 * MINUTE);
  await clock.advance(15 * MINUTE);
  assert.equal((await stateOf(controller, given.id)).status, "executing");
  await given.stopped();
  await held;
});

Deno.test("A task given in an answer that never arrived waits again after a minute, and nothing is counted", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock });
  using gone = await RawWorker.connect(controller.endpoint, { name: "gone" });
  await controller.builds.create({ tasks: [task()] });
  const { id } = await gone.takeTask();
  await clock.advance(MINUTE);
  assert.deepEqual((await waitForTask(controller, id, "triggered")).state, { status: "triggered" });
});

Deno.test("A task whose agent is silent fails where a limit is set, and its worker is told to stop it", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock, heartbeatTimeoutMs: 2 * MINUTE });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  await controller.builds.create({ tasks: [task()] });
  const given = await worker.takeTask();
  await given.started();
  await given.agent.initialCommands({});
  await clock.advance(MINUTE);
  await given.streamLog("main", ["a log is a sign of life\n"]);
  await clock.advance(MINUTE);
  assert.equal((await stateOf(controller, given.id)).status, "executing");
  const held = worker.poll({ runningTasks: [given.id] });
  await clock.timer(5_000);
  await clock.advance(MINUTE);
  const answers = [await held];
  if (answers[0]?.tasksToStop.length === 0) answers.push(await worker.poll({ runningTasks: [given.id] }));
  assert.deepEqual(answers.at(-1)?.tasksToStop, [given.id]);
  assert.deepEqual(await stateOf(controller, given.id), {
    status: "failed",
    cause: "infrastructure",
    message: "The agent was silent for 2 min",
  });
});

Deno.test("A task that runs far beyond its time limit is failed and stopped", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  await controller.builds.create({ tasks: [task({ properties: { timeout_in: "600" } })] });
  const given = await worker.takeTask();
  await given.started();
  await given.agent.initialCommands({});
  for (let minute = 0; minute < 24; minute++) {
    await clock.advance(MINUTE);
    await given.agent.heartbeat({});
    assert.equal((await stateOf(controller, given.id)).status, "executing");
  }
  await clock.advance(MINUTE);
  const { state } = await waitForTask(controller, given.id, "failed");
  assert.ok(state.status === "failed" && state.message === "The task did not end by itself within 25 min");
  assert.deepEqual((await worker.poll({ runningTasks: [given.id] })).tasksToStop, [given.id]);
});

Deno.test("A task that no worker takes fails after a day, with the reason for each worker", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock, holdMs: 0 });
  using worker = await RawWorker.connect(controller.endpoint, { name: "linux", labels: { os: "linux" } });
  await worker.poll();
  const build = await controller.builds.create({ tasks: [task({ labels: { os: "darwin" } })] });
  const id = build.tasks[0]?.id ?? "";
  await clock.advance(24 * 60 * MINUTE - 1);
  assert.equal((await stateOf(controller, id)).status, "triggered");
  await clock.advance(1);
  const { state } = await waitForTask(controller, id, "failed");
  assert.deepEqual(state, {
    status: "failed",
    cause: "infrastructure",
    message: "No worker took the task within 24 h: linux: label os is linux (wanted: darwin)",
  });
});

Deno.test("A task that waited while its controller was away for days is given to the first worker that comes back", async () => {
  await using directory = await temporaryDirectory();
  const clock = new ManualClock();
  const options = { clock, dataDirectory: directory.path };
  const first = await startController(options);
  const build = await first.builds.create({
    tasks: [task({ id: 0 }), task({ id: 1, labels: { os: "plan9" } })],
  });
  await first.close();
  await clock.jump(3 * 24 * 60 * MINUTE);
  await using second = await startController(options);
  await clock.advance(4 * MINUTE);
  using worker = await RawWorker.connect(second.endpoint, { name: "w1" });
  const given = await worker.takeTask();
  assert.equal(given.id, build.tasks[0]?.id);
  await clock.advance(MINUTE);
  const { state } = await waitForTask(second, build.tasks[1]?.id ?? "", "failed");
  assert.ok(state.status === "failed" && /within 24 h: w1: has no label os/.test(state.message));
});

Deno.test("A wall clock that is set forward or back makes nothing overdue", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const build = await controller.builds.create({
    tasks: [task({ id: 0 }), task({ id: 1, labels: { os: "plan9" } })],
  });
  const given = await worker.takeTask();
  await given.started();
  for (const jump of [1_000, -2_000]) {
    clock.set(clock.now() + jump * 24 * 60 * MINUTE);
    await clock.advance(MINUTE);
    await pollOnce(worker, clock, { runningTasks: [given.id] });
  }
  assert.equal((await stateOf(controller, given.id)).status, "executing");
  assert.equal((await stateOf(controller, build.tasks[1]?.id ?? "")).status, "triggered");
});

Deno.test("Workers are not taken for lost when it was the controller that stood still", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  await controller.builds.create({ tasks: [task()] });
  const given = await worker.takeTask();
  await given.started();
  await clock.jump(60 * MINUTE);
  await pollOnce(worker, clock, { runningTasks: [given.id] });
  assert.equal((await stateOf(controller, given.id)).status, "executing");
  await clock.advance(5 * MINUTE);
  await waitForTask(controller, given.id, "triggered");
});

/** A poll that there is nothing to tell. */
async function pollOnce(worker: RawWorker, clock: ManualClock, request: PollInit): Promise<void> {
  const polled = worker.poll(request);
  await clock.timer(5_000);
  await clock.advance(5_000);
  await polled;
}

Deno.test("Limits that were changed hold at once, for what waits and runs already", async () => {
  const clock = new ManualClock();
  const limits = { workerTimeoutMs: 100 * MINUTE, queueTimeoutMs: 100 * MINUTE };
  await using controller = await startController({ clock, ...limits });
  using silent = await RawWorker.connect(controller.endpoint, { name: "silent" });
  await controller.builds.create({ tasks: [task()] });
  const given = await silent.takeTask();
  await given.started();
  await clock.advance(20 * MINUTE);
  assert.equal((await stateOf(controller, given.id)).status, "executing");
  controller.changeLimits({ ...limits, workerTimeoutMs: 10 * MINUTE });
  await clock.advance(0);
  await waitForTask(controller, given.id, "triggered");
  controller.changeLimits({ ...limits, queueTimeoutMs: MINUTE });
  await clock.advance(MINUTE);
  const { state } = await waitForTask(controller, given.id, "failed");
  assert.ok(state.status === "failed" && /^No worker took the task within 60 s/.test(state.message));
});
