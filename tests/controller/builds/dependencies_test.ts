import assert from "node:assert/strict";
import { buildStatusOf, fateOf } from "../../../lib/controller/builds/fate.ts";
import type { Controller } from "../../../lib/controller/controller.ts";
import type { TaskState } from "../../../lib/controller/records.ts";
import { Status } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { task } from "../builds.ts";
import { RawWorker } from "../raw_worker.ts";
import { startController, waitForBuild } from "../running_controller.ts";

/** Takes one task after another and ends each as a test wants it. */
async function runAll(
  controller: Controller,
  buildId: string,
  outcome: (name: string) => Status,
): Promise<{ ran: string[]; states: TaskState[]; status: string }> {
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const ended = waitForBuild(controller, buildId);
  const over = ended.then(() => undefined, () => undefined);
  const ran: string[] = [];
  for (;;) {
    const given = await Promise.race([worker.takeTask().catch(() => undefined), over]);
    if (given === undefined) break;
    await given.started();
    const { environment } = await given.agent.initialCommands({});
    const name = environment["CIRRUS_TASK_NAME"] ?? "";
    ran.push(name);
    await given.finished([{ name: "main", status: outcome(name) }]);
    await given.stopped();
  }
  const { tasks, status } = await ended;
  return { ran, states: tasks.map(({ state }) => state), status };
}

Deno.test("A task runs once all that it depends on has passed", async () => {
  await using controller = await startController();
  const { id } = await controller.builds.create({
    tasks: [
      task({ id: 0, name: "test", requires: [1, 2] }),
      task({ id: 1, name: "lint" }),
      task({ id: 2, name: "build" }),
    ],
  });
  const { ran, status } = await runAll(controller, id, () => Status.COMPLETED);
  assert.deepEqual(ran, ["lint", "build", "test"]);
  assert.equal(status, "completed");
});

Deno.test("Tasks that depend on one that failed are not run, and neither are those that depend on them", async () => {
  await using controller = await startController();
  const { id } = await controller.builds.create({
    tasks: [
      task({ id: 0, name: "build" }),
      task({ id: 1, name: "test", requires: [0] }),
      task({ id: 2, name: "release", requires: [1] }),
      task({ id: 3, name: "lint" }),
    ],
  });
  const { ran, states, status } = await runAll(
    controller,
    id,
    (name) => name === "build" ? Status.FAILED : Status.COMPLETED,
  );
  assert.deepEqual(ran, ["build", "lint"]);
  assert.equal(status, "failed");
  assert.deepEqual(states.slice(1, 3), [
    { status: "aborted", message: 'Not run: "build", on which it depends, did not pass' },
    { status: "aborted", message: 'Not run: "test", on which it depends, did not pass' },
  ]);
});

Deno.test("A task that is allowed to fail fails neither its build nor what depends on it", async () => {
  await using controller = await startController();
  const { id } = await controller.builds.create({
    tasks: [
      task({ id: 0, name: "nightly", properties: { allow_failures: "true" } }),
      task({ id: 1, name: "test", requires: [0] }),
    ],
  });
  const { ran, status } = await runAll(
    controller,
    id,
    (name) => name === "nightly" ? Status.FAILED : Status.COMPLETED,
  );
  assert.deepEqual(ran, ["nightly", "test"]);
  assert.equal(status, "completed");
});

Deno.test("A build of which nothing is to run has ended at once", async () => {
  await using controller = await startController();
  const build = await controller.builds.create({ tasks: [task()], skip: new Map([[0n, "Not here"]]) });
  assert.equal(build.status, "completed");
  assert.equal((await waitForBuild(controller, build.id)).status, "completed");
});

Deno.test("A cancelled build ends with all that had not ended aborted", async () => {
  await using controller = await startController();
  const build = await controller.builds.create({ tasks: [task({ id: 0 }), task({ id: 1, requires: [0] })] });
  await controller.builds.cancel(build.id, "Nobody needs it");
  const { status, tasks } = await waitForBuild(controller, build.id);
  assert.equal(status, "aborted");
  const aborted = { status: "aborted", message: "Nobody needs it" };
  assert.deepEqual(tasks.map(({ state }) => state), [aborted, aborted]);
  await controller.builds.cancel(build.id, "Again");
  await assert.rejects(controller.builds.cancel("unknown", "Why not"), /there is none/);
});

Deno.test("fateOf waits for what has not ended, runs after what passed, and gives up after what did not", () => {
  const of = (status: TaskState["status"], allowFailures = false) => ({
    name: status,
    status,
    allowFailures,
  });
  assert.deepEqual(fateOf([]), { kind: "trigger" });
  assert.deepEqual(fateOf([of("completed"), of("skipped"), of("failed", true)]), { kind: "trigger" });
  assert.deepEqual(fateOf([of("completed"), of("executing")]), { kind: "wait" });
  assert.deepEqual(fateOf([of("created"), of("failed")]), { kind: "abort", culprit: "failed" });
  assert.deepEqual(fateOf([of("aborted", true)]), { kind: "abort", culprit: "aborted" });
});

Deno.test("buildStatusOf lets a failure go before an abortion, and anything that runs before both", () => {
  const of = (...statuses: TaskState["status"][]) =>
    buildStatusOf(statuses.map((status) => ({ status, allowFailures: false })));
  assert.equal(of("completed", "skipped"), "completed");
  assert.equal(of("aborted", "completed"), "aborted");
  assert.equal(of("aborted", "failed", "aborted"), "failed");
  assert.equal(of("failed", "scheduled"), "executing");
});
