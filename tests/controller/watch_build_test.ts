import assert from "node:assert/strict";
import { AbortReason } from "../../lib/async/abort_reason.ts";
import type { BuildEvent } from "../../lib/controller/records.ts";
import { Status } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { task } from "./builds.ts";
import { RawTask, RawWorker } from "./raw_worker.ts";
import { startController, waitForBuild } from "./running_controller.ts";

const FOREVER = new AbortController().signal;

async function collect(events: AsyncIterable<BuildEvent>): Promise<string[]> {
  const texts: string[] = [];
  for await (const event of events) {
    if (event.kind === "log") texts.push(`log ${event.command} ${event.size}`);
    if (event.kind === "build") texts.push(`build ${event.status}`);
    if (event.kind === "task") texts.push(`task ${event.state.status}`);
    if (event.kind === "command") texts.push(`command ${event.command} ${event.state.status}`);
  }
  return texts;
}

async function run(given: RawTask): Promise<void> {
  await given.started();
  await given.agent.reportCommandUpdates({ updates: [{ name: "main", status: Status.EXECUTING }] });
  await given.streamLog("main", ["hello\n"]);
  await given.finished([{ name: "main", status: Status.COMPLETED }]);
  await given.stopped();
}

const WHOLE_STORY = [
  "task triggered",
  "build executing",
  "task scheduled",
  "task executing",
  "command main executing",
  "log main 6",
  "command main completed",
  "task completed",
  "build completed",
];

Deno.test("watching a build tells what happens as it happens, a command's log before its end", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const build = await controller.builds.create({ tasks: [task()] });
  const watched = collect(controller.builds.watch(build.id, { signal: FOREVER }));
  await run(await worker.takeTask());
  const seen = (await watched).filter((text, index, all) => text !== all[index - 1]);
  assert.deepEqual(
    seen.filter((text) => !text.startsWith("log")),
    WHOLE_STORY.filter((text) => !text.startsWith("log")),
  );
  assert.ok(seen.indexOf("log main 6") < seen.indexOf("command main completed"));
});

Deno.test("watching a build tells the whole story also afterwards, or what came after a certain event", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const build = await controller.builds.create({ tasks: [task()] });
  await run(await worker.takeTask());
  await waitForBuild(controller, build.id);
  assert.deepEqual(await collect(controller.builds.watch(build.id, { signal: FOREVER })), WHOLE_STORY);

  const events = await Array.fromAsync(controller.builds.watch(build.id, { signal: FOREVER }));
  const executing = events.find((event) => event.kind === "task" && event.state.status === "executing");
  assert.ok(executing && executing.kind !== "log");
  const rest = await collect(controller.builds.watch(build.id, { signal: FOREVER, after: executing.seq }));
  assert.deepEqual(rest, WHOLE_STORY.slice(4));
});

Deno.test("watching a build tells one who comes in the middle of a command of the log that it has by then", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const build = await controller.builds.create({ tasks: [task()] });
  const given = await worker.takeTask();
  await given.started();
  await given.streamLog("main", ["hello\n"]);
  for await (const event of controller.builds.watch(build.id, { signal: FOREVER })) {
    if (event.kind !== "log") continue;
    assert.deepEqual(event, { kind: "log", taskId: given.id, command: "main", size: 6 });
    break;
  }
});

Deno.test("watching a build holds nothing for one who does not read, and loses nothing of what is kept", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const build = await controller.builds.create({ tasks: [task()] });
  const slow = controller.builds.watch(build.id, { signal: FOREVER });
  await slow.next();
  const given = await worker.takeTask();
  await given.started();
  for (let round = 0; round < 20; round++) await given.streamLog("main", ["x"]);
  await given.finished([{ name: "main", status: Status.COMPLETED }]);
  const rest = await collect(slow);
  assert.equal(rest.at(-1), "build completed");
  assert.ok(rest.filter((text) => text.startsWith("log")).length <= 3, "twenty changes are told as one");
  assert.ok(rest.includes("log main 20"));
});

Deno.test("watching a build ends with the reason of the one who does not want to watch any more", async () => {
  await using controller = await startController();
  const build = await controller.builds.create({ tasks: [task()] });
  const enough = new AbortController();
  const watched = collect(controller.builds.watch(build.id, { signal: enough.signal }));
  const reason = new AbortReason("cancelled", "Enough");
  enough.abort(reason);
  await assert.rejects(watched, reason);
  await assert.rejects(collect(controller.builds.watch("unknown", { signal: FOREVER })), /there is none/);
});
