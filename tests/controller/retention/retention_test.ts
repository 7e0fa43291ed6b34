import assert from "node:assert/strict";
import { join } from "node:path";
import type { Controller } from "../../../lib/controller/controller.ts";
import type { StartOptions } from "../../../lib/controller/start_options.ts";
import { silentLogger } from "../../../lib/logging/logger.ts";
import { Status } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { task } from "../builds.ts";
import { ManualClock } from "../manual_clock.ts";
import { type RawTask, RawWorker } from "../raw_worker.ts";
import { startController, waitForBuild } from "../running_controller.ts";

const SWEEP = 5 * 60_000;
const DAY = 24 * 3_600_000;
const LOG_BYTES = 100_000;

/** A controller, and a clock that makes it look for what to forget. */
async function controllerWith(limits: Partial<StartOptions>) {
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await temporaryDirectory());
  const clock = new ManualClock();
  const controller = resources.use(
    await startController({
      clock,
      dataDirectory: directory.path,
      workerTimeoutMs: 1_000 * DAY,
      queueTimeoutMs: 1_000 * DAY,
      ...limits,
    }),
  );
  const workers = resources.use(new DisposableStack());
  const owned = resources.move();
  return {
    clock,
    controller,
    /** Makes a build and begins its task on a worker of its own; it writes a log. */
    async begin(): Promise<{ id: string; given: RawTask }> {
      const name = crypto.randomUUID();
      const worker = workers.use(await RawWorker.connect(controller.endpoint, { name }));
      const { id } = await controller.builds.create({ tasks: [task()] });
      const given = await worker.takeTask();
      await given.started();
      await given.streamLog("main", ["x".repeat(LOG_BYTES)]);
      return { id, given };
    },
    async run(): Promise<string> {
      const { id, given } = await this.begin();
      await end(given);
      return id;
    },
    /** Lets so much time pass, then lets it look once, from the beginning to the end. */
    async pass(ms: number): Promise<void> {
      await clock.jump(ms);
      await clock.timer(SWEEP);
    },
    folders: (name: string) => Array.fromAsync(Deno.readDir(join(directory.path, name)), ({ name }) => name),
    logs: async () => (await Array.fromAsync(Deno.readDir(join(directory.path, "logs")))).length,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function end(given: RawTask): Promise<void> {
  await given.finished([{ name: "main", status: Status.COMPLETED }]);
  await given.stopped();
}

async function ids(controller: Controller): Promise<string[]> {
  return (await controller.builds.list({ limit: 1_000 })).map(({ id }) => id).reverse();
}

Deno.test("Builds that ended long ago are forgotten with their logs, and none that runs", async () => {
  await using its = await controllerWith({ keepMs: DAY });
  await its.run();
  const running = await its.begin();
  await its.pass(DAY);
  const young = await its.run();
  assert.equal((await ids(its.controller)).length, 3, "not more than a day has passed");
  await its.pass(SWEEP);
  assert.deepEqual(await ids(its.controller), [running.id, young]);
  assert.equal(await its.logs(), 2);
  await end(running.given);
  assert.equal((await waitForBuild(its.controller, running.id)).status, "completed");
});

Deno.test("A build is kept while a worker cleans up after one of its tasks", async () => {
  await using its = await controllerWith({ keepMs: 1 });
  const { id, given } = await its.begin();
  await given.finished([{ name: "main", status: Status.COMPLETED }]);
  assert.equal((await waitForBuild(its.controller, id)).status, "completed");
  await its.pass(SWEEP);
  assert.deepEqual(await ids(its.controller), [id]);
  await given.saveLog("main", ["the last word"]);
  await given.stopped();
  await its.pass(SWEEP);
  assert.deepEqual(await ids(its.controller), []);
});

Deno.test("The builds that ended first make room where all take more than is allowed", async () => {
  await using its = await controllerWith({ maxDiskBytes: 550_000 });
  const running = await its.begin();
  const ended: string[] = [];
  for (let count = 0; count < 5; count++) {
    ended.push(await its.run());
    await its.clock.advance(1);
  }
  await its.pass(SWEEP);
  const kept = await ids(its.controller);
  assert.ok(kept.includes(running.id));
  assert.ok(kept.length > 1 && kept.length < 6, `${kept.length} are kept`);
  assert.deepEqual(kept.slice(1), ended.slice(-(kept.length - 1)), "the last ones");
  assert.equal(await its.logs(), kept.length);
  await its.pass(SWEEP);
  assert.deepEqual(await ids(its.controller), kept, "there is room now");
});

Deno.test("Artifacts count like logs, and go with their build", async () => {
  await using its = await controllerWith({ maxDiskBytes: 1_000_000 });
  const { given } = await its.begin();
  await given.agent.uploadArtifacts(async function* () {
    yield { value: { case: "artifactsUpload", value: { name: "binary" } } } as const;
    const chunk = { artifactPath: "large", data: new Uint8Array(1_000_000) };
    yield await Promise.resolve({ value: { case: "chunk", value: chunk } } as const);
  }());
  await end(given);
  const young = await its.run();
  const set = { holder: { kind: "task", id: given.id }, name: "binary" } as const;
  const opened = await its.controller.artifacts.open(set, { path: "large" });
  await its.pass(SWEEP);
  assert.deepEqual(await ids(its.controller), [young]);
  assert.equal(
    (await new Response(opened?.body).bytes()).length,
    1_000_000,
    "who reads it reads it to the end",
  );
  assert.equal(await its.controller.artifacts.open(set, { path: "large" }), undefined);
  assert.deepEqual(await its.folders("artifacts"), []);
});

Deno.test("Where builds that run take more than is allowed nothing of them is touched, and the log says so once", async () => {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warning: (message: string) => void warnings.push(message) };
  await using its = await controllerWith({ maxDiskBytes: 1, logger });
  const { id, given } = await its.begin();
  await its.pass(SWEEP);
  await its.pass(SWEEP);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /builds that run and caches take .*B, more than the 1 B allowed/);
  const log = await its.controller.logs.read({ taskId: given.id, command: "main" }, { offset: 0 });
  assert.equal(log?.size, LOG_BYTES);
  await end(given);
  assert.equal((await waitForBuild(its.controller, id)).status, "completed");
});

Deno.test("A wall clock that is set forward makes no build old, before a day has passed", async () => {
  await using its = await controllerWith({ keepMs: 10 * DAY });
  const id = await its.run();
  its.clock.set(its.clock.now() + 365 * DAY);
  await its.pass(SWEEP);
  await its.pass(DAY - 1);
  assert.deepEqual(await ids(its.controller), [id]);
  its.clock.set(its.clock.now() - 365 * DAY);
  await its.pass(SWEEP);
  await its.pass(2 * DAY);
  assert.deepEqual(await ids(its.controller), [id], "somebody set it right in time");
  await its.pass(10 * DAY);
  assert.deepEqual(await ids(its.controller), []);
});

Deno.test("Limits that were changed hold from the next look on", async () => {
  await using its = await controllerWith({ keepMs: 100 * DAY });
  await its.run();
  await its.pass(2 * DAY);
  assert.equal((await ids(its.controller)).length, 1);
  its.controller.changeLimits({ keepMs: DAY, workerTimeoutMs: DAY, queueTimeoutMs: DAY });
  await its.pass(SWEEP);
  assert.deepEqual(await ids(its.controller), []);
});
