import assert from "node:assert/strict";
import { requireEngine } from "../helpers/require_engine.ts";
import { withoutPrograms } from "../helpers/without_programs.ts";
import { TaskUpstream } from "./task_upstream.ts";
import { TestedWorker } from "./tested_worker.ts";

Deno.test("a worker on a host without git says at its start that tasks cannot clone", async () => {
  await using upstream = await TaskUpstream.start();
  await using _programs = await withoutPrograms();
  await using worker = await TestedWorker.start([upstream]);
  await worker.log.line(
    /^warning tasks that clone will fail: .* there is no git on the worker's host; install it/,
  );
});

Deno.test({
  name: "a worker on a host with git says nothing of it",
  ...requireEngine("git"),
  async fn() {
    await using upstream = await TaskUpstream.start();
    await using worker = await TestedWorker.start([upstream]);
    await upstream.workers.next("register");
    worker.drain();
    await worker.over;
    assert.deepEqual(worker.log.lines.filter((line) => line.includes("clone")), []);
  },
});
