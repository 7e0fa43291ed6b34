import assert from "node:assert/strict";
import type { Controller } from "../../../lib/controller/controller.ts";
import { task } from "../../controller/builds.ts";
import { ControllerProcess } from "../../controller/controller_process.ts";
import { TOKEN } from "../../controller/raw_worker.ts";
import {
  readWholeLog,
  startController,
  waitForBuild,
  waitForEvent,
  waitForTask,
} from "../../controller/running_controller.ts";
import { eventually } from "../../helpers/eventually.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { Relay } from "../../rpc/relay.ts";
import { TestedWorker } from "../../worker/tested_worker.ts";
import { playground } from "../playground.ts";
import { Gates } from "./gates.ts";
import { drain, startWorkerProcess } from "./started_worker.ts";

/** A worker process whose link to a controller can be harmed. */
async function linked() {
  await using resources = new AsyncDisposableStack();
  const place = resources.use(await playground());
  const controller = resources.use(await startController());
  const relay = resources.use(await Relay.listen({ to: controller.port }));
  const worker = startWorkerProcess(place, { endpoint: relay.endpoint, name: "w1" });
  const owned = resources.move();
  return {
    controller,
    relay,
    gates: new Gates(place.project),
    async end() {
      await drain(worker);
      await place.assertNothingLeft();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function waitForLog(controller: Controller, buildId: string): Promise<void> {
  await waitForEvent(controller, buildId, (event) => event.kind === "log" && event.size > 0);
}

for (
  const [fault, harm] of [
    ["cut for a while", (relay: Relay) => relay.takeDown()],
    ["cut and mended at once", (relay: Relay) => relay.cut()],
    ["half closed", (relay: Relay) => relay.halfClose()],
    ["stalled, with everything late", (relay: Relay) => relay.freeze()],
    ["deaf: what the controller answers is lost", (relay: Relay) => relay.dropAnswers()],
  ] as const
) {
  Deno.test(`A task whose link is ${fault} ends green, once, with its whole log`, async () => {
    await using its = await linked();
    const { controller, relay, gates } = its;
    const script = [
      gates.reach("begun"),
      "echo before",
      gates.await("harmed"),
      "seq -f 'meanwhile %g' 5000",
      gates.reach("printed"),
      gates.await("mended"),
      "echo after",
    ].join("\n");
    const build = await controller.builds.create({ tasks: [task({ script })] });
    await waitForLog(controller, build.id);
    harm(relay);
    await gates.open("harmed");
    await gates.reached("printed");
    relay.restore();
    await gates.open("mended");
    const ended = await waitForBuild(controller, build.id);
    assert.equal(ended.status, "completed");
    assert.equal(await gates.count("begun"), 1);
    const log = await readWholeLog(controller, ended.tasks[0]?.id ?? "");
    const expected = [
      "before",
      ...Array.from({ length: 5_000 }, (_, index) => `meanwhile ${index + 1}`),
      "after",
    ];
    assert.deepEqual(log.split("\n").filter((line) => /^(before|meanwhile \d+|after)$/.test(line)), expected);
    await its.end();
  });
}

Deno.test("A task whose poll's answer is lost on the way is given again, and runs once", async () => {
  await using its = await linked();
  const { controller, relay, gates } = its;
  await eventually(() => controller.workers.list().some(({ live }) => live));
  relay.dropAnswers();
  const build = await controller.builds.create({ tasks: [task({ script: gates.reach("ran") })] });
  await waitForTask(controller, build.tasks[0]?.id ?? "", "scheduled");
  relay.restore();
  assert.equal((await waitForBuild(controller, build.id)).status, "completed");
  assert.equal(await gates.count("ran"), 1);
  const states: string[] = [];
  for await (const event of controller.builds.watch(build.id, { signal: AbortSignal.timeout(20_000) })) {
    if (event.kind === "task") states.push(event.state.status);
  }
  assert.deepEqual(states, ["triggered", "scheduled", "triggered", "scheduled", "executing", "completed"]);
  await its.end();
});

Deno.test("An upstream whose process is stopped slows no other one's tasks", async () => {
  await using data = await temporaryDirectory();
  await using place = await temporaryDirectory();
  const gates = new Gates(place.path);
  await using hanging = await ControllerProcess.start({ dataDirectory: data.path, port: 0 });
  await using lively = await startController();
  await using worker = await TestedWorker.start(
    [hanging, lively].map(({ endpoint }) => ({ endpoint, token: TOKEN })),
  );
  await worker.log.line(new RegExp(`successfully registered on upstream ${hanging.endpoint}`));
  hanging.signal("SIGSTOP");
  const tasks = Array.from({ length: 20 }, (_, id) => task({ id, script: gates.reach("ran") }));
  const build = await lively.builds.create({ tasks });
  assert.equal((await waitForBuild(lively, build.id)).status, "completed");
  assert.equal(await gates.count("ran"), tasks.length);
  hanging.signal("SIGCONT");
});
