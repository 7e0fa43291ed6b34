import assert from "node:assert/strict";
import { errorSchema, workerPageSchema, workerSchema } from "../../../lib/controller/api/schemas.ts";
import { task } from "../builds.ts";
import { ManualClock } from "../manual_clock.ts";
import { RawWorker } from "../raw_worker.ts";
import { answered, startApi } from "./running_api.ts";

Deno.test("GET /v1/workers has labels, resources, version, what runs, and when it was seen", async () => {
  await using api = await startApi();
  using worker = await RawWorker.connect(api.controller.endpoint, {
    name: "w1",
    labels: { version: "1.2.3", os: "linux" },
    resources: { gpu: 2 },
  });
  const build = await api.controller.builds.create({
    tasks: [task({ name: "train", resources: { gpu: 1 } })],
  });
  const given = await worker.takeTask();
  const { workers: [found] } = await answered(workerPageSchema, await api.fetch("/v1/workers"));
  assert.deepEqual({ ...found, lastSeenAt: "" }, {
    name: "w1",
    version: "1.2.3",
    labels: { name: "w1", version: "1.2.3", os: "linux" },
    resources: { gpu: 2 },
    resourcesInUse: { gpu: 1 },
    disabled: false,
    live: true,
    lastSeenAt: "",
    tasks: [{ id: given.id, buildId: build.id, name: "train" }],
  });
  assert.ok(Math.abs(Date.now() - Date.parse(found?.lastSeenAt ?? "")) < 60_000);
});

Deno.test("Workers are listed by name, page by page", async () => {
  await using api = await startApi({ holdMs: 1 });
  for (const name of ["c", "a", "b"]) {
    using worker = await RawWorker.connect(api.controller.endpoint, { name });
    await worker.poll();
  }
  const first = await answered(workerPageSchema, await api.fetch("/v1/workers?limit=2"));
  assert.deepEqual(first.workers.map(({ name }) => name), ["a", "b"]);
  const next = await answered(
    workerPageSchema,
    await api.fetch(`/v1/workers?limit=2&cursor=${first.nextCursor}`),
  );
  assert.deepEqual(next.workers.map(({ name }) => name), ["c"]);
  assert.equal(next.nextCursor, undefined);
});

Deno.test("A worker of any name is disabled and enabled", async () => {
  const name = "rack 1/mini?#%";
  await using api = await startApi({ holdMs: 1 });
  using worker = await RawWorker.connect(api.controller.endpoint, { name });
  await worker.poll();
  await api.controller.builds.create({ tasks: [task()] });
  const set = async (action: string) =>
    await answered(workerSchema, await api.post(`/v1/workers/${encodeURIComponent(name)}/${action}`));
  assert.equal((await set("disable")).disabled, true);
  assert.deepEqual((await worker.poll()).tasksToStart, []);
  assert.equal((await set("enable")).disabled, false);
  await worker.takeTask();
});

Deno.test("DELETE forgets a worker that is away and has no task", async () => {
  const clock = new ManualClock();
  await using api = await startApi({ clock, holdMs: 0 });
  using worker = await RawWorker.connect(api.controller.endpoint, { name: "w1" });
  await worker.poll();
  const forget = () => api.fetch("/v1/workers/w1", { method: "DELETE" });
  assert.match(
    (await answered(errorSchema, await forget(), 409)).error.message,
    /it is connected or has a task/,
  );
  await clock.advance(60_000);
  assert.equal((await forget()).status, 204);
  await answered(errorSchema, await forget(), 404);
  for (const action of ["disable", "enable"]) {
    await answered(errorSchema, await api.post(`/v1/workers/w1/${action}`), 404);
  }
});
