import assert from "node:assert/strict";
import { Status } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { task } from "./builds.ts";
import { RawWorker } from "./raw_worker.ts";
import { startController, waitForBuild } from "./running_controller.ts";

Deno.test("Controller takes a task from the build to its outcome", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const build = await controller.builds.create({ tasks: [task({ commands: ["one", "two"] })] });

  const given = await worker.takeTask();
  assert.equal(given.id, build.tasks[0]?.id);
  await given.started();
  const work = await given.agent.initialCommands({});
  assert.equal(work.serverToken, given.assigned.serverSecret);
  assert.deepEqual(work.commands.map(({ name }) => name), ["one", "two"]);
  await given.agent.reportCommandUpdates({ updates: [{ name: "one", status: Status.EXECUTING }] });
  await given.streamLog("one", ["hello ", "world\n"]);
  await given.finished([
    { name: "one", status: Status.COMPLETED, durationInNanos: 2_000_000n },
    { name: "two", status: Status.COMPLETED },
  ]);
  await given.stopped();

  const ended = await waitForBuild(controller, build.id);
  assert.equal(ended.status, "completed");
  assert.deepEqual(ended.tasks[0]?.commands[0], {
    name: "one",
    state: { status: "completed", durationMs: 2, signaled: false },
  });
  const log = await controller.logs.read({ taskId: given.id, command: "one" }, { offset: 0 });
  assert.equal(new TextDecoder().decode(log?.bytes), "hello world\n");
});
