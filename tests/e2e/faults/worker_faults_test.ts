import assert from "node:assert/strict";
import { task } from "../../controller/builds.ts";

import {
  readWholeLog,
  requireTask,
  startController,
  waitForBuild,
  waitForTask,
} from "../../controller/running_controller.ts";
import { runs } from "../../worker/ownership/owner_process.ts";
import { playground } from "../playground.ts";
import { Gates } from "./gates.ts";
import { drain, startWorkerProcess } from "./started_worker.ts";

async function host() {
  await using resources = new AsyncDisposableStack();
  const place = resources.use(await playground());
  const controller = resources.use(await startController());
  const owned = resources.move();
  return {
    place,
    controller,
    gates: new Gates(place.project),
    start: (name: string) => startWorkerProcess(place, { endpoint: controller.endpoint, name }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A script with a process that leaves its session; it says so and waits for a gate. */
function detaching(gates: Gates, name: string): string {
  return [
    `setsid sh -c 'echo detached $$; exec sleep 1000' &`,
    gates.reach(`${name} runs`),
    gates.await(`${name} may end`),
  ].join("\n");
}

/** The number of the process that a script of `detaching` has left its session with. */
async function detachedProcess(
  controller: Awaited<ReturnType<typeof startController>>,
  task: { taskId: string; buildId: string },
): Promise<number> {
  const signal = AbortSignal.timeout(20_000);
  for await (const event of controller.builds.watch(task.buildId, { signal })) {
    if (event.kind !== "log") continue;
    const found = /^detached (\d+)$/m.exec(await readWholeLog(controller, task.taskId));
    if (found) return Number(found[1]);
  }
  throw new Error("The task ended without a detached process");
}

Deno.test("A killed worker's processes and directories are gone after its next start, and its task runs again once", async () => {
  await using its = await host();
  const { place, controller, gates } = its;
  const build = await controller.builds.create({ tasks: [task({ script: detaching(gates, "it") })] });
  const taskId = build.tasks[0]?.id ?? "";
  const killed = its.start("w1");
  const pid = await detachedProcess(controller, { taskId, buildId: build.id });
  killed.kill("SIGKILL");
  await killed.ended;
  assert.ok(await runs(pid));

  const next = its.start("w1");
  await gates.reached("it runs", 2);
  assert.equal(await runs(pid), false);
  next.kill("SIGKILL");
  await next.ended;

  const last = its.start("w1");
  const failed = await waitForTask(controller, taskId, "failed");
  assert.deepEqual(failed.state.status === "failed" && failed.state.cause, "infrastructure");
  assert.equal(await gates.count("it runs"), 2);
  assert.equal((await waitForBuild(controller, build.id)).status, "failed");
  await drain(last);
  await place.assertNothingLeft();
});

Deno.test("Of two workers of one host, one that is killed takes nothing of the other one with it", async () => {
  await using its = await host();
  const { place, controller, gates } = its;
  const surviving = its.start("survivor");
  const survivors = await controller.builds.create({
    tasks: [task({ labels: { name: "survivor" }, script: detaching(gates, "survivor") })],
  });
  const survivor = { taskId: survivors.tasks[0]?.id ?? "", buildId: survivors.id };
  const pid = await detachedProcess(controller, survivor);
  const victims = await controller.builds.create({
    tasks: [task({ labels: { name: "victim" }, script: detaching(gates, "victim") })],
  });
  const victim = { taskId: victims.tasks[0]?.id ?? "", buildId: victims.id };
  const killed = its.start("victim");
  const orphan = await detachedProcess(controller, victim);
  killed.kill("SIGKILL");
  await killed.ended;

  const next = its.start("victim");
  await gates.open("victim may end");
  assert.equal((await waitForBuild(controller, victim.buildId)).status, "completed");
  assert.equal(await gates.count("victim runs"), 2);
  assert.equal(await runs(orphan), false);
  assert.ok(await runs(pid), "what the other worker runs is left alone");
  await gates.open("survivor may end");
  assert.equal((await waitForBuild(controller, survivor.buildId)).status, "completed");
  assert.equal(await gates.count("survivor runs"), 1);
  await Promise.all([drain(next), drain(surviving)]);
  await place.assertNothingLeft();
});

Deno.test("A worker with the name of a live one is refused, says what to do, and takes nothing from it", async () => {
  await using its = await host();
  const { place, controller, gates } = its;
  const first = its.start("twin");
  const script = [gates.reach("runs"), gates.await("may end")].join("\n");
  const build = await controller.builds.create({ tasks: [task({ script })] });
  await gates.reached("runs");
  const second = its.start("twin");
  await second.hasPrinted("is already connected: give this one another name", "stderr");
  assert.equal((await requireTask(controller, build.tasks[0]?.id ?? "")).state.status, "executing");
  await gates.open("may end");
  assert.equal((await waitForBuild(controller, build.id)).status, "completed");
  assert.equal(await gates.count("runs"), 1);

  await drain(first);
  const another = await controller.builds.create({ tasks: [task({ script: gates.reach("runs") })] });
  assert.equal((await waitForBuild(controller, another.id)).status, "completed", "the name is free again");
  await drain(second);
  await place.assertNothingLeft();
});
