import assert from "node:assert/strict";
import type { Controller } from "../../lib/controller/controller.ts";
import { InvalidBuildError } from "../../lib/controller/builds/new_build.ts";
import { Code } from "../../lib/rpc/code.ts";
import { Status } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { task } from "./builds.ts";
import { ManualClock } from "./manual_clock.ts";
import { type RawTask, RawWorker } from "./raw_worker.ts";
import { requireTask, startController, waitForBuild } from "./running_controller.ts";

async function end(given: RawTask, status: Status): Promise<void> {
  await given.started();
  await given.streamLog("main", ["x".repeat(20_000)]);
  await given.finished([{ name: "main", status }]);
  await given.stopped();
}

async function statuses(controller: Controller, buildId: string): Promise<string[]> {
  const build = await controller.builds.find(buildId);
  return build?.tasks.map(({ name, state }) => `${name} ${state.status}`) ?? [];
}

Deno.test("a rerun runs a task as a new one in its place, and what could not run without it", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const build = await controller.builds.create({
    tasks: [
      task({ id: 0, name: "build" }),
      task({ id: 1, name: "test", requires: [0] }),
      task({ id: 2, name: "release", requires: [1] }),
    ],
  });
  const first = await worker.takeTask();
  await end(first, Status.FAILED);
  assert.equal((await waitForBuild(controller, build.id)).status, "failed");

  const again = await controller.tasks.rerun(first.id);
  assert.equal(again.state.status, "triggered");
  assert.deepEqual(await statuses(controller, build.id), [
    "build failed",
    "test created",
    "release created",
    "build triggered",
  ]);
  const old = await requireTask(controller, first.id);
  assert.equal(old.replacedBy, again.id);
  assert.equal(
    (await controller.logs.read({ taskId: first.id, command: "main" }, { offset: 0 }))?.size,
    20_000,
  );
  for (let ran = 0; ran < 3; ran++) await end(await worker.takeTask(), Status.COMPLETED);
  const ended = await waitForBuild(controller, build.id);
  assert.equal(ended.status, "completed");
  assert.equal(ended.tasks.at(-1)?.state.status, "completed");
});

Deno.test("a rerun is refused for what has not ended, was run again, or depends on what did not pass", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const { tasks: [first, second] } = await controller.builds.create({
    tasks: [task({ id: 0 }), task({ id: 1, requires: [0] })],
  });
  assert.ok(first && second);
  await assert.rejects(controller.tasks.rerun(first.id), InvalidBuildError);
  await end(await worker.takeTask(), Status.FAILED);
  await assert.rejects(controller.tasks.rerun(second.id), InvalidBuildError);
  await controller.tasks.rerun(first.id);
  await assert.rejects(controller.tasks.rerun(first.id), InvalidBuildError);
  await assert.rejects(controller.tasks.rerun("unknown"), /there is none/);
});

Deno.test("cancelTask aborts one task and what depends on it", async () => {
  await using controller = await startController();
  const build = await controller.builds.create({
    tasks: [task({ id: 0 }), task({ id: 1, requires: [0] }), task({ id: 2 })],
  });
  await controller.tasks.cancel(build.tasks[0]?.id ?? "", "Not now");
  assert.deepEqual(await statuses(controller, build.id), [
    "task-0 aborted",
    "task-1 aborted",
    "task-2 triggered",
  ]);
  await assert.rejects(controller.tasks.cancel("unknown", "Why not"), /there is none/);
});

Deno.test("builds are listed, the last ones first, page by page", async () => {
  await using controller = await startController();
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) ids.unshift((await controller.builds.create({ tasks: [task()] })).id);
  const first = await controller.builds.list({ limit: 3 });
  const rest = await controller.builds.list({ limit: 3, before: first.at(-1)?.id ?? "" });
  assert.deepEqual([...first, ...rest].map(({ id }) => id), ids);
});

Deno.test("workers tells who is there and what runs, and can be told to give one nothing", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock });
  using worker = await RawWorker.connect(controller.endpoint, {
    name: "w1",
    labels: { os: "linux" },
    resources: { cpu: 4 },
  });
  const build = await controller.builds.create({ tasks: [task({ resources: { cpu: 1 } })] });
  const { id } = await worker.takeTask();
  assert.deepEqual(controller.workers.list(), [{
    name: "w1",
    labels: new Map([["name", "w1"], ["os", "linux"]]),
    resources: new Map([["cpu", 4]]),
    disabled: false,
    lastSeenAt: clock.now(),
    live: true,
    resourcesInUse: new Map([["cpu", 1]]),
    tasks: [{ id, buildId: build.id, name: "task-0" }],
  }]);
  assert.equal(await controller.workers.setDisabled("w1", true), true);
  assert.equal(controller.workers.list()[0]?.disabled, true);
  assert.equal(await controller.workers.setDisabled("w2", true), false);
});

Deno.test("only a worker that is away and has no task is forgotten", async () => {
  const clock = new ManualClock();
  await using controller = await startController({ clock });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  await controller.builds.create({ tasks: [task()] });
  const given = await worker.takeTask();
  assert.equal(await controller.workers.forget("w1"), false, "it is there");
  await clock.advance(3_000);
  assert.equal(await controller.workers.forget("w1"), false, "it has a task");
  await given.failed("no");
  await clock.advance(3_000);
  assert.equal(await controller.workers.forget("w1"), true);
  assert.equal(await controller.workers.forget("w1"), false);
  assert.deepEqual(controller.workers.list(), []);
  await assert.rejects(worker.poll(), { code: Code.UNAUTHENTICATED });
});
