import assert from "node:assert/strict";
import { join } from "node:path";
import { FileArtifactStorage } from "../../lib/controller/blobs/file_artifact_storage.ts";
import { Status } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { task } from "./builds.ts";
import { ControllerProcess } from "./controller_process.ts";
import { ManualClock } from "./manual_clock.ts";
import { RawWorker } from "./raw_worker.ts";
import { startController, storeBuild, waitForBuild } from "./running_controller.ts";

/** Repeats a call until the controller that was started again answers it. */
async function again<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      assert.match(String(error), /UNAVAILABLE|INTERNAL|UNKNOWN|CANCELLED/);
    }
  }
}

Deno.test("A controller that is killed in the middle of a task goes on with it when it is started again", async () => {
  await using directory = await temporaryDirectory();
  const dataDirectory = join(directory.path, "data");
  const build = await storeBuild(dataDirectory, {
    tasks: [task({ id: 0, commands: ["one", "two"] }), task({ id: 1, requires: [0] })],
  });
  await using first = await ControllerProcess.start({ dataDirectory, port: 0 });
  using worker = await RawWorker.connect(first.endpoint, { name: "w1" });
  const given = await worker.takeTask();
  await given.started();
  await given.agent.initialCommands({});
  await given.agent.reportCommandUpdates({ updates: [{ name: "one", status: Status.COMPLETED }] });
  const large = `${"a line of the first half\n".repeat(4_000)}`;
  await given.streamLog("one", ["small\n"]);
  await given.streamLog("two", [large]);
  const cut = given.streamLog(
    "two",
    (function* () {
      for (;;) yield "never to end\n";
    })(),
  );
  cut.catch(() => {});
  await given.agent.heartbeat({});
  await first.kill();
  await assert.rejects(cut);

  await using second = await ControllerProcess.start({ dataDirectory, port: first.port });
  assert.equal(second.endpoint, first.endpoint);
  await again(() => given.agent.heartbeat({}));
  assert.equal((await given.agent.initialCommands({ retry: true })).serverToken, given.assigned.serverSecret);
  await given.saveLog("two", [large, "the second half\n"]);
  await given.finished(["one", "two"].map((name) => ({ name, status: Status.COMPLETED })));
  await given.stopped();
  const next = await worker.takeTask();
  assert.equal(next.id, build.tasks[1]?.id, "its session is still known, and what depends on the task runs");
  await next.started();
  await next.finished([{ name: "main", status: Status.COMPLETED }]);
  await next.stopped();
  await second.kill();

  await using third = await startController({ dataDirectory });
  assert.equal((await waitForBuild(third, build.id)).status, "completed");
  const read = async (command: string) => {
    const slice = await third.logs.read({ taskId: given.id, command }, { offset: 0 });
    return new TextDecoder().decode(slice?.bytes);
  };
  assert.equal(await read("one"), "small\n");
  assert.equal(await read("two"), `${large}the second half\n`);
  const files = await Array.fromAsync(Deno.readDir(join(dataDirectory, "logs")));
  assert.equal(files.length, 1, "what the first one left half done is gone");
});

Deno.test("A task given by a controller that was killed before its answer arrived is given again", async () => {
  await using directory = await temporaryDirectory();
  const dataDirectory = join(directory.path, "data");
  const build = await storeBuild(dataDirectory, { tasks: [task()] });
  await using first = await ControllerProcess.start({ dataDirectory, port: 0 });
  using worker = await RawWorker.connect(first.endpoint, { name: "w1" });
  const lost = await worker.takeTask();
  await first.kill();
  await using _second = await ControllerProcess.start({ dataDirectory, port: first.port });
  const given = await again(() => worker.takeTask());
  assert.equal(given.id, build.tasks[0]?.id);
  await assert.rejects(lost.started(), /UNAUTHENTICATED/);
  await given.started();
});

Deno.test("A cancelled task is still to be stopped after the controller was started again", async () => {
  await using directory = await temporaryDirectory();
  const dataDirectory = join(directory.path, "data");
  let port = 0;
  let running: RawWorker;
  let taskId: string;
  await using resources = new AsyncDisposableStack();
  {
    await using controller = await startController({ dataDirectory });
    port = controller.port;
    running = resources.use(await RawWorker.connect(controller.endpoint, { name: "w1" }));
    const build = await controller.builds.create({ tasks: [task()] });
    const given = await running.takeTask();
    taskId = given.id;
    await given.started();
    await controller.builds.cancel(build.id, "Not needed");
  }
  await using _controller = await startController({ dataDirectory, port });
  const answer = await again(() => running.poll({ runningTasks: [taskId] }));
  assert.deepEqual(answer.tasksToStop, [taskId]);
});

Deno.test("Queued tasks and idempotency keys are remembered", async () => {
  await using directory = await temporaryDirectory();
  const dataDirectory = join(directory.path, "data");
  const build = { tasks: [task({ labels: { os: "darwin" } })], idempotency: { key: "push 17", digest: "d" } };
  const { id, tasks } = await storeBuild(dataDirectory, build);
  await using controller = await startController({ dataDirectory });
  assert.equal((await controller.builds.create(build)).id, id);
  using worker = await RawWorker.connect(controller.endpoint, { name: "mac", labels: { os: "darwin" } });
  assert.equal((await worker.takeTask()).id, tasks[0]?.id);
});

Deno.test("A worker that was disabled stays so", async () => {
  await using directory = await temporaryDirectory();
  const dataDirectory = join(directory.path, "data");
  let metadata = {};
  {
    await using controller = await startController({ dataDirectory, holdMs: 10 });
    using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
    await worker.poll();
    await worker.client.updateStatus({ disabled: true }, { metadata: worker.metadata });
    metadata = worker.metadata;
  }
  await using controller = await startController({ dataDirectory, holdMs: 10 });
  await controller.builds.create({ tasks: [task()] });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  assert.deepEqual((await worker.poll({}, { metadata })).tasksToStart, []);
});

Deno.test("A data directory is readable only for its owner, belongs to one controller, and is not removed", async () => {
  await using directory = await temporaryDirectory();
  const dataDirectory = join(directory.path, "new", "data");
  {
    await using _controller = await startController({ dataDirectory });
    assert.equal(modeOf(await Deno.stat(dataDirectory)), 0o700);
    for await (const { name, isFile } of Deno.readDir(dataDirectory)) {
      if (isFile) assert.equal(modeOf(await Deno.stat(join(dataDirectory, name))), 0o600, name);
    }
    await assert.rejects(startController({ dataDirectory }), /another controller has it open/);
  }
  await using _again = await startController({ dataDirectory });
});

Deno.test("A data directory that cannot be made says so", async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, "file");
  await Deno.writeTextFile(file, "");
  await assert.rejects(
    startController({ dataDirectory: join(file, "data") }),
    /Opening the data directory .*data: .*; choose another directory/,
  );
});

Deno.test("A port that is taken says so, and leaves nothing open", async () => {
  await using directory = await temporaryDirectory();
  await using first = await startController();
  const options = { dataDirectory: directory.path, port: first.port };
  await assert.rejects(startController(options), new RegExp(String(first.port)));
  await using _second = await startController({ dataDirectory: directory.path });
});

Deno.test("A controller that is closed answers the polls that it holds; closing it twice is fine", async () => {
  const clock = new ManualClock();
  const controller = await startController({ clock });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const held = worker.poll();
  await clock.timer(5_000);
  await controller.close();
  await controller.close();
  assert.deepEqual((await held).tasksToStart, []);
});

function modeOf(info: Deno.FileInfo): number {
  return (info.mode ?? 0) & 0o777;
}

Deno.test("A controller that was killed while it forgot a build leaves none of its artifacts", async () => {
  await using directory = await temporaryDirectory();
  const build = await storeBuild(directory.path, { tasks: [task()] });
  const artifacts = new FileArtifactStorage({ directory: join(directory.path, "artifacts") });
  const place = { taskId: "1", taskName: "main", name: "binary", path: "out/a" };
  for (const buildId of ["1", build.id]) {
    await artifacts.write({ ...place, buildId }, ReadableStream.from([new Uint8Array(9)]));
  }
  await using _controller = await startController({ dataDirectory: directory.path });
  assert.equal(await artifacts.sizeOf({ ...place, buildId: "1" }), undefined);
  assert.equal(await artifacts.sizeOf({ ...place, buildId: build.id }), 9);
});

Deno.test("A database that is damaged says so, and what to do", async () => {
  await using directory = await temporaryDirectory();
  await Deno.writeFile(join(directory.path, "controller.db"), new Uint8Array(8192).fill(7));
  await assert.rejects(
    startController({ dataDirectory: directory.path }),
    /^Error: Opening .*controller\.db: it is damaged \(file is not a database\); put a copy in its place, or move/,
  );
});
