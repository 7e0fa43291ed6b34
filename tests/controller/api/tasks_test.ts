import assert from "node:assert/strict";
import { errorSchema, taskWithWaitSchema } from "../../../lib/controller/api/schemas.ts";
import { Status } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { task } from "../builds.ts";
import { RawWorker } from "../raw_worker.ts";
import { waitForBuild } from "../running_controller.ts";
import { answered, type RunningApi, startApi } from "./running_api.ts";

const get = async (api: RunningApi, id: string) =>
  await answered(taskWithWaitSchema, await api.fetch(`/v1/tasks/${id}`));

Deno.test("GET /v1/tasks/ID has the state and the commands with status and duration", async () => {
  await using api = await startApi();
  const build = await api.controller.builds.create({ tasks: [task({ commands: ["one", "two", "three"] })] });
  using worker = await RawWorker.connect(api.controller.endpoint, { name: "w1" });
  const given = await worker.takeTask();
  await given.started();
  await given.agent.initialCommands({});
  await given.finished([
    { name: "one", status: Status.COMPLETED, durationInNanos: 2_000_000n },
    { name: "two", status: Status.FAILED, durationInNanos: 3_000_000n, signaledToExit: true },
    { name: "three", status: Status.SKIPPED },
  ]);
  const found = await get(api, given.id);
  assert.equal(found.buildId, build.id);
  assert.deepEqual([found.status, found.cause, found.worker], ["failed", "command", "w1"]);
  assert.deepEqual(found.commands, [
    { name: "one", status: "completed", durationMs: 2, signaled: false },
    { name: "two", status: "failed", durationMs: 3, signaled: true },
    { name: "three", status: "skipped", durationMs: 0, signaled: false },
  ]);
  const times = [found.queuedAt, found.startedAt, found.finishedAt].map((time) => Date.parse(time ?? ""));
  assert.deepEqual(times.toSorted(), times);
  assert.equal(found.wait, undefined);
});

Deno.test("GET /v1/tasks/ID tells of each worker why the task waits, and of tasks that come first", async () => {
  await using api = await startApi({ holdMs: 1 });
  const { tasks: [first, second] } = await api.controller.builds.create({
    tasks: [
      task({ id: 0, name: "first", labels: { os: "darwin" }, resources: { gpu: 2 } }),
      task({ id: 1, name: "second", requires: [0] }),
    ],
  });
  const waitOf = async (one: typeof first) => (await get(api, one?.id ?? "")).wait;
  assert.equal((await waitOf(first))?.text, "no worker has ever connected");

  const join = async (name: string, options: { labels: Record<string, string>; gpu: number }) => {
    using worker = await RawWorker.connect(api.controller.endpoint, {
      name,
      labels: options.labels,
      resources: { gpu: options.gpu },
    });
    await worker.poll({ resourcesInUse: { gpu: options.gpu } });
  };
  await join("linux", { labels: { os: "linux" }, gpu: 2 });
  await join("small", { labels: { os: "darwin" }, gpu: 1 });
  await join("busy", { labels: { os: "darwin" }, gpu: 2 });
  await join("off", { labels: { os: "darwin" }, gpu: 2 });
  await api.controller.workers.setDisabled("off", true);
  const wait = await waitOf(first);
  assert.deepEqual(wait?.workers.map(({ worker, reason, text, live }) => [worker, reason, text, live]), [
    ["linux", "label", "label os is linux (wanted: darwin)", true],
    ["small", "resource", "has 1 gpu in all (wanted: 2)", true],
    ["busy", "full", "busy: 0 gpu free (wanted: 2)", true],
    ["off", "disabled", "disabled", true],
  ]);
  assert.ok(wait.workers.every(({ lastSeenAt }) => Date.parse(lastSeenAt) > 0));
  assert.match(wait.text, /^linux: label os is linux.*; off: disabled$/);
  assert.deepEqual(await waitOf(second), { text: 'waits for "first"', tasks: [first?.id], workers: [] });
});

Deno.test("POST /v1/tasks/ID/cancel aborts a task with the reason that is given, once", async () => {
  await using api = await startApi();
  const { tasks: [one] } = await api.controller.builds.create({ tasks: [task()] });
  const cancel = async (body?: object) =>
    await answered(taskWithWaitSchema, await api.post(`/v1/tasks/${one?.id}/cancel`, body));
  const cancelled = await cancel({ reason: "Not needed" });
  assert.deepEqual([cancelled.status, cancelled.message], ["aborted", "Not needed"]);
  assert.deepEqual(await cancel({ reason: "Again" }), cancelled);
});

Deno.test("POST /v1/tasks/ID/rerun runs a task as a new one, and the old one keeps its record", async () => {
  await using api = await startApi();
  const build = await api.controller.builds.create({ tasks: [task()] });
  using worker = await RawWorker.connect(api.controller.endpoint, { name: "w1" });
  const given = await worker.takeTask();
  await given.started();
  const rerun = () => api.post(`/v1/tasks/${given.id}/rerun`);
  const early = await answered(errorSchema, await rerun(), 409);
  assert.match(early.error.message, /has not ended/);

  await given.streamLog("main", ["first\n"]);
  await given.finished([{ name: "main", status: Status.FAILED }]);
  await waitForBuild(api.controller, build.id);
  const response = await rerun();
  const location = response.headers.get("location");
  const again = await answered(taskWithWaitSchema, response, 201);
  assert.equal(location, `/v1/tasks/${again.id}`);
  assert.equal(again.status, "triggered");
  const old = await get(api, given.id);
  assert.deepEqual([old.status, old.replacedBy], ["failed", again.id]);
  assert.equal(await (await api.fetch(`/v1/task/${given.id}/logs/main.log`)).text(), "first\n");
  await answered(errorSchema, await rerun(), 409);
});

Deno.test("What is asked about a task that there is not is not found", async () => {
  await using api = await startApi();
  await answered(errorSchema, await api.fetch("/v1/tasks/1"), 404);
  for (const action of ["cancel", "rerun"]) {
    await answered(errorSchema, await api.post(`/v1/tasks/1/${action}`), 404);
  }
});
