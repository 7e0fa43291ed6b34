import assert from "node:assert/strict";
import { type AssignmentInit, TaskUpstream } from "./task_upstream.ts";
import { TestedWorker } from "./tested_worker.ts";

const ONLY_TART = { "allowed-isolations": { tart: {} } };

Deno.test("a task that the security settings refuse fails with their words before anything is made for it", async () => {
  await using upstream = await TaskUpstream.start();
  await using worker = await TestedWorker.start([upstream], { security: ONLY_TART });
  upstream.assign("1");
  const { request } = await upstream.workers.next("taskFailed");
  assert.match(request.message, /security settings refuse the isolation "none", .* ask for another one/);
  await upstream.workers.next("taskStopped");
  assert.ok(!upstream.workers.methods.includes("taskStarted"));
  assert.deepEqual(worker.leftovers(), []);
});

Deno.test("volumes of Tart are refused by a worker without security settings, and not by cirrus run's", async () => {
  const volumes = [{ source: "/srv" }];
  const isolation: AssignmentInit["isolation"] = {
    type: { case: "tart", value: { image: "macos", volumes } },
  };
  for (
    const [options, message] of [
      [{}, /security settings refuse the volume "\/srv"/],
      [{ security: "unrestricted" }, /^(?!.*security settings)/],
    ] as const
  ) {
    await using upstream = await TaskUpstream.start();
    await using _worker = await TestedWorker.start([upstream], options);
    upstream.assign("1", { isolation });
    const { request } = await upstream.workers.next("taskFailed");
    assert.match(request.message, message);
  }
});

Deno.test("changed security settings hold for new tasks, and let those that run go on", async () => {
  await using upstream = await TaskUpstream.start();
  upstream.script("until [ -e ../go ]; do sleep 0.05; done");
  await using worker = await TestedWorker.start([upstream]);
  upstream.assign("1");
  await upstream.workers.next("taskStarted");
  await worker.reload({ security: ONLY_TART });
  upstream.assign("2");
  const { request } = await upstream.workers.next("taskFailed");
  assert.equal(request.taskIdentification?.taskId, 2n);
  await worker.reload({ security: {} });
  await Deno.writeTextFile(`${worker.temporaryDirectory}/go`, "");
  await worker.log.line(/info task 1 completed/);
  assert.deepEqual(upstream.ci.states, { main: "COMPLETED" });
  upstream.script("true");
  upstream.assign("3");
  await worker.log.line(/info task 3 completed/);
});
