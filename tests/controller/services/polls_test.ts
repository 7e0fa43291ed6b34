import assert from "node:assert/strict";
import { AbortReason } from "../../../lib/async/abort_reason.ts";
import { Status } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { task } from "../builds.ts";
import { ManualClock } from "../manual_clock.ts";
import { RawWorker, TOKEN } from "../raw_worker.ts";
import { requireTask, startController, waitForBuild, waitForTask } from "../running_controller.ts";

Deno.test("A poll with nothing to tell is held for five seconds, then answered with an interval of one", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const polled = worker.poll();
  await clock.timer(5_000);
  await clock.advance(4_999);
  await worker.client.queryRunningTasks({}, { metadata: worker.metadata });
  assert.ok(clock.hasTimer(1), "it is still held");
  await clock.advance(1);
  const answer = await polled;
  assert.deepEqual(answer.tasksToStart, []);
  assert.equal(answer.pollIntervalInSeconds, 1);
  assert.equal(answer.shutdown, false);
});

Deno.test("A held poll is answered at once when a task for it comes", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const polled = worker.poll();
  await clock.timer(5_000);
  const build = await controller.builds.create({
    tasks: [task({ environment: { CIRRUS_CLI_VERSION: "0.150.0" } })],
  });
  const [given] = (await polled).tasksToStart;
  assert.equal(given?.taskId, build.tasks[0]?.id);
  assert.equal(given?.oldTaskId, BigInt(build.tasks[0]?.id ?? 0), "also for workers that only know numbers");
  assert.ok(given?.clientSecret && given.serverSecret && given.clientSecret !== given.serverSecret);
  assert.equal(given?.isolation?.type.case, "none");
  assert.equal(given?.cliVersion, "0.150.0");
});

Deno.test("A task's isolation and resources reach the worker as the task has them", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1", resources: { cpu: 4 } });
  const isolation = { type: { case: "tart", value: { image: "macos", cpu: 4 } } } as const;
  await controller.builds.create({ tasks: [task({ resources: { cpu: 2.5 }, isolation })] });
  const { assigned } = await worker.takeTask();
  assert.deepEqual(assigned.resourcesToUse, { cpu: 2.5 });
  assert.equal(assigned.isolation?.type.case, "tart");
  assert.ok(assigned.isolation?.type.case === "tart" && assigned.isolation.type.value.image === "macos");
});

Deno.test("A worker gets only tasks whose labels are all its own", async () => {
  await using controller = await startController();
  using mac = await RawWorker.connect(controller.endpoint, { name: "mac", labels: { os: "darwin" } });
  using linux = await RawWorker.connect(controller.endpoint, { name: "linux", labels: { os: "linux" } });
  const build = await controller.builds.create({
    tasks: [task({ id: 0, labels: { os: "linux" } }), task({ id: 1, labels: { os: "darwin", name: "mac" } })],
  });
  assert.equal((await mac.takeTask()).id, build.tasks[1]?.id);
  assert.equal((await linux.takeTask()).id, build.tasks[0]?.id);
});

Deno.test("A worker without tasks gets all the tasks with resources that fit, in one answer", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1", resources: { cpu: 4 } });
  await controller.builds.create({ tasks: [0, 1, 2, 3, 4].map((id) => task({ id, resources: { cpu: 1 } })) });
  assert.equal((await worker.poll()).tasksToStart.length, 4);
});

Deno.test("Tasks with resources spread over the workers that have room", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock });
  using one = await RawWorker.connect(controller.endpoint, { name: "one", resources: { cpu: 4 } });
  using two = await RawWorker.connect(controller.endpoint, { name: "two", resources: { cpu: 4 } });
  const polls = [one.poll()];
  await clock.timer(5_000);
  await clock.advance(1);
  polls.push(two.poll());
  await clock.timer(5_000);
  await controller.builds.create({ tasks: [0, 1, 2, 3].map((id) => task({ id, resources: { cpu: 1 } })) });
  const answers = await Promise.all(polls);
  assert.deepEqual(answers.map(({ tasksToStart }) => tasksToStart.length), [2, 2]);
});

Deno.test("What other upstreams' tasks take of a worker is not given out", async () => {
  await using controller = await startController({ holdMs: 10 });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1", resources: { cpu: 4 } });
  await controller.builds.create({ tasks: [task({ id: 0, resources: { cpu: 2 } }), task({ id: 1 })] });
  assert.deepEqual((await worker.poll({ resourcesInUse: { cpu: 3 } })).tasksToStart, []);
  const [first] = (await worker.poll({ resourcesInUse: { cpu: 2 } })).tasksToStart;
  assert.ok(first);
  const listed = { runningTasks: [first.taskId] };
  assert.deepEqual((await worker.poll({ ...listed, resourcesInUse: { cpu: 4 } })).tasksToStart, []);
});

Deno.test("A worker may run several tasks without resources at once where the controller is told so", async () => {
  await using controller = await startController({ maxTasksWithoutResources: 2 });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  await controller.builds.create({ tasks: [0, 1, 2].map((id) => task({ id })) });
  assert.equal((await worker.poll()).tasksToStart.length, 2);
});

Deno.test("A disabled worker gets nothing until it is enabled again", async () => {
  await using controller = await startController({ holdMs: 10 });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  await worker.poll();
  const { metadata } = worker;
  await worker.client.updateStatus({ disabled: true }, { metadata });
  await controller.builds.create({ tasks: [task()] });
  assert.deepEqual((await worker.poll()).tasksToStart, []);
  await worker.client.updateStatus({ disabled: false }, { metadata });
  assert.equal((await worker.poll()).tasksToStart.length, 1);
});

Deno.test("A worker that is disabled and has no task gets its answers at once: it may be about to end", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const { metadata } = worker;
  const held = worker.poll();
  await clock.timer(5_000);
  await worker.client.updateStatus({ disabled: true }, { metadata });
  assert.deepEqual((await held).tasksToStart, []);
  assert.deepEqual((await worker.poll()).tasksToStart, []);
});

Deno.test("A task whose poll answer was lost waits again, with new secrets", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  await controller.builds.create({ tasks: [task()] });
  const lost = await worker.takeTask();
  const again = await worker.takeTask();
  assert.equal(again.id, lost.id);
  assert.notEqual(again.assigned.clientSecret, lost.assigned.clientSecret);
  await assert.rejects(lost.started(), /UNAUTHENTICATED/, "the first answer opens nothing any more");
  await again.started();
});

Deno.test("A worker that goes away while its poll is held is given nothing", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock });
  using gone = await RawWorker.connect(controller.endpoint, { name: "gone" });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const leaving = new AbortController();
  const held = gone.poll({}, { signal: leaving.signal });
  await clock.timer(5_000);
  leaving.abort(new AbortReason("cancelled", "The worker is killed"));
  await assert.rejects(held);
  const nobodys = await controller.builds.create({ tasks: [task({ labels: { os: "plan9" } })] });
  const isLive = () => controller.tasks.explainWait(nobodys.tasks[0]?.id ?? "")?.some(({ live }) => live);
  while (isLive()) await worker.client.register({ registrationToken: TOKEN });

  const build = await controller.builds.create({ tasks: [task()] });
  assert.equal((await worker.takeTask()).id, build.tasks[0]?.id);
});

Deno.test("A new poll of a worker takes the place of the one that is held", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const first = worker.poll();
  await clock.timer(5_000);
  await clock.advance(1);
  const second = worker.poll();
  assert.deepEqual((await first).tasksToStart, []);
  await clock.timer(5_000);
  await controller.builds.create({ tasks: [task()] });
  assert.equal((await second).tasksToStart.length, 1);
});

Deno.test("A held poll is answered at once when a task of its worker has stopped, with the next task", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const build = await controller.builds.create({ tasks: [task({ id: 0 }), task({ id: 1 })] });
  const first = await worker.takeTask();
  await first.started();
  const held = worker.poll({ runningTasks: [first.id] });
  await clock.timer(5_000);
  await first.stopped();
  assert.deepEqual((await held).tasksToStart.map(({ taskId }) => taskId), [build.tasks[1]?.id]);
});

Deno.test("A poll that still lists a task which has stopped is not told to stop it", async () => {
  await using controller = await startController({ holdMs: 10 });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  await controller.builds.create({ tasks: [task()] });
  const first = await worker.takeTask();
  await first.started();
  await first.stopped();
  const answer = await worker.poll({ runningTasks: [first.id] });
  assert.deepEqual(answer.tasksToStop, []);
});

Deno.test("A cancelled build's tasks are stopped on their worker at once, and named again until they are gone", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const build = await controller.builds.create({ tasks: [task()] });
  const given = await worker.takeTask();
  await given.started();
  const held = worker.poll({ runningTasks: [given.id] });
  await clock.timer(5_000);
  await controller.builds.cancel(build.id, "Nobody needs it");
  const answer = await held;
  assert.deepEqual(answer.tasksToStop, [given.id]);
  assert.deepEqual(answer.oldTaskIdsToStop, [BigInt(given.id)]);

  const next = worker.poll({ runningTasks: [given.id] });
  await clock.timer(5_000);
  await clock.advance(5_000);
  assert.deepEqual((await next).tasksToStop, [given.id]);
  await given.stopped();
  const last = worker.poll();
  await clock.timer(5_000);
  await clock.advance(5_000);
  assert.deepEqual((await last).tasksToStop, []);
  const { state } = await requireTask(controller, given.id);
  assert.deepEqual(state, { status: "aborted", message: "Nobody needs it" });
});

Deno.test("A task that nobody gave a worker is to be stopped, and its worker gets nothing beside it", async () => {
  await using controller = await startController({ holdMs: 10 });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1", resources: { cpu: 4 } });
  await controller.builds.create({ tasks: [task({ id: 0, resources: { cpu: 1 } }), task({ id: 1 })] });
  const answer = await worker.poll({ runningTasks: ["from-another-life", "42"] });
  assert.deepEqual(answer.tasksToStop, ["from-another-life", "42"]);
  assert.deepEqual(answer.oldTaskIdsToStop, [42n]);
  assert.deepEqual(answer.tasksToStart, []);
});

Deno.test("Workers that list only numeric ids are understood", async () => {
  await using controller = await startController({ holdMs: 10 });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  await controller.builds.create({ tasks: [task()] });
  const given = await worker.takeTask();
  const answer = await worker.poll({ oldRunningTasks: [BigInt(given.id)] });
  assert.deepEqual(answer.tasksToStart, []);
  assert.deepEqual(answer.tasksToStop, []);
  const { state } = await requireTask(controller, given.id);
  assert.equal(state.status, "scheduled");
});

Deno.test("A started task that its worker does not list any more starts over once, and says so in its log", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const build = await controller.builds.create({ tasks: [task({ commands: ["main", "rest"] })] });
  const first = await worker.takeTask();
  await first.started();
  await first.agent.reportCommandUpdates({ updates: [{ name: "main", status: Status.COMPLETED }] });

  const second = await worker.takeTask();
  assert.equal(second.id, first.id);
  const { commands } = await requireTask(controller, first.id);
  assert.deepEqual(commands.map(({ state }) => state.status), ["created", "created"]);
  await second.started();
  await second.streamLog("main", ["second try\n"]);
  await second.saveLog("main", ["second try, whole\n"]);
  const log = await controller.logs.read({ taskId: first.id, command: "main" }, { offset: 0 });
  const note = "The worker w1 does not have it any more: the task was queued again and starts over\n";
  assert.equal(new TextDecoder().decode(log?.bytes), `${note}second try, whole\n`);

  void worker.poll().catch(() => {});
  const ended = await waitForBuild(controller, build.id);
  assert.equal(ended.status, "failed");
  assert.deepEqual(ended.tasks[0]?.state, {
    status: "failed",
    cause: "infrastructure",
    message: "The worker w1 does not have it any more; it was not the first worker that this task lost",
  });
});

Deno.test("A worker that registers anew keeps the tasks that it lists", async () => {
  await using controller = await startController({ holdMs: 10 });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  await controller.builds.create({ tasks: [task()] });
  const given = await worker.takeTask();
  await given.started();
  await worker.register();
  for (;;) {
    try {
      await worker.poll({ runningTasks: [given.id] });
      break;
    } catch (error) {
      assert.match(String(error), /ALREADY_EXISTS/, "its former session counts as live for a moment");
    }
  }
  assert.equal((await waitForTask(controller, given.id, "executing")).worker, "w1");
});

Deno.test("explainWait tells of each worker why a task waits", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock, holdMs: 0 });
  const connect = async (name: string, options: { labels?: Record<string, string>; cpu?: number }) => {
    using worker = await RawWorker.connect(controller.endpoint, {
      name,
      labels: options.labels ?? {},
      resources: { cpu: options.cpu ?? 8 },
    });
    await worker.poll();
    return worker.metadata;
  };
  await connect("a-linux", { labels: { os: "linux" } });
  await connect("b-small", { labels: { os: "darwin" }, cpu: 2 });
  const metadata = await connect("c-off", { labels: { os: "darwin" } });
  using admin = await RawWorker.connect(controller.endpoint, { name: "admin" });
  await admin.client.updateStatus({ disabled: true }, { metadata });
  await connect("d-away", { labels: { os: "darwin" } });
  await clock.advance(60_000);
  const build = await controller.builds.create({
    tasks: [task({ labels: { os: "darwin" }, resources: { cpu: 4 } })],
  });
  const reasons = controller.tasks.explainWait(build.tasks[0]?.id ?? "");
  assert.deepEqual(reasons?.map(({ worker, text }) => [worker, text]), [
    ["a-linux", "label os is linux (wanted: darwin)"],
    ["b-small", "has 2 cpu in all (wanted: 4)"],
    ["c-off", "disabled"],
    ["d-away", "not connected, last seen 60 s ago"],
  ]);
  assert.equal(controller.tasks.explainWait("unknown"), undefined);
});
