import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeUpstream } from "../fakes/upstream_workers.ts";
import { type Playground, playground } from "./playground.ts";
import { workerWithTask } from "./worker_with_task.ts";

/** A script that says that it runs and goes on until the file `gate` is there. */
const waitForGate = (place: Playground) =>
  `echo waiting; while [ ! -e ${join(place.project, "gate")} ]; do sleep 0.02; done; echo done`;

const openGate = (place: Playground) => Deno.writeTextFile(join(place.project, "gate"), "");

Deno.test("a worker is started from the command line and runs a task, which does not see the token", async () => {
  await using place = await playground();
  const flags = ["--labels=a=1,b=2", "--labels", "b=3", "--resources=gpu=1.5"];
  await using its = await workerWithTask(place, "pwd; env", flags);
  const { request } = await its.upstream.next("register");
  const { labels, resourcesTotal } = request.workerInfo ?? {};
  assert.deepEqual([labels?.name, labels?.a, labels?.b, resourcesTotal], ["mini", "1", "3", { gpu: 1.5 }]);
  await its.upstream.next("taskStopped");
  const log = its.ci.savedText("main");
  assert.match(log, /^.*\/cirrus-build$/m);
  assert.ok(log.includes("CIRRUS_OS="));
  assert.ok(!log.includes(its.upstream.token));

  its.program.kill("SIGTERM");
  const { code, stderr } = await its.program.ended;
  assert.equal(code, 0);
  for (const words of ["worker successfully registered", "started task task-1", "task task-1 completed"]) {
    assert.ok(stderr.includes(words), `"${words}" in:\n${stderr}`);
  }
  assert.ok(!stderr.includes(its.upstream.token));
  await place.assertNothingLeft();
});

Deno.test("the first signal lets a running task end", async () => {
  await using place = await playground();
  await using its = await workerWithTask(place, waitForGate(place));
  await its.ci.until(() => its.ci.liveText("main").includes("\nwaiting"));
  its.program.kill("SIGINT");
  await its.program.hasPrinted("ending once the running tasks have", "stderr");
  await openGate(place);
  assert.equal((await its.program.ended).code, 0);
  assert.match(its.ci.savedText("main"), /^done$/m);
  await place.assertNothingLeft();
});

Deno.test("the second signal cancels the tasks, and nothing of them is left", async () => {
  await using place = await playground();
  await using its = await workerWithTask(place, `sleep 1000 & ${waitForGate(place)}`);
  await its.ci.until(() => its.ci.liveText("main").includes("\nwaiting"));
  its.program.kill("SIGTERM");
  await its.program.hasPrinted("ending once the running tasks have", "stderr");
  its.program.kill("SIGTERM");
  assert.equal((await its.program.ended).code, 143);
  assert.ok(its.upstream.methods.includes("taskStopped"));
  await place.assertNothingLeft();
});

Deno.test("status tells what the workers of this host run", async () => {
  await using place = await playground();
  assert.deepEqual(await place.run(["worker", "status"]), {
    code: 0,
    stdout: "No worker runs on this host\n",
    stderr: "",
  });
  await using its = await workerWithTask(place, waitForGate(place));
  await its.ci.until(() => its.ci.liveText("main").includes("\nwaiting"));
  const { stdout } = await place.run(["worker", "status"]);
  assert.match(stdout, /^mini \(version \S+, process \d+\), for /);
  assert.match(stdout, /^ {2}task task-1 of http:.*, isolation none, for /m);
  const { workers } = JSON.parse((await place.run(["worker", "status", "--json"])).stdout);
  assert.deepEqual(
    workers.map(({ name, tasks }: { name: string; tasks: Array<{ id: string }> }) => [name, tasks[0]?.id]),
    [
      ["mini", "task-1"],
    ],
  );
  await openGate(place);
  await its.upstream.next("taskStopped");
  its.program.kill("SIGTERM");
  await its.program.ended;
});

Deno.test("pause and resume reach the upstream without a session", async () => {
  await using place = await playground();
  await using upstream = await FakeUpstream.start();
  const flags = ["--rpc-endpoint", upstream.endpoint, "--name=mini", "--token", upstream.token];
  const paused = await place.run(["worker", "pause", "--wait", ...flags]);
  assert.deepEqual(paused, {
    code: 0,
    stdout: `Worker "mini" is paused, and none of its tasks runs (${upstream.endpoint})\n`,
    stderr: "",
  });
  const { request, metadata } = await upstream.next("updateStatus");
  assert.deepEqual([request.disabled, metadata.get("worker-name"), metadata.has("session-token")], [
    true,
    "mini",
    false,
  ]);

  const resumed = await place.run(["worker", "resume", ...flags]);
  assert.equal(resumed.stdout, `Worker "mini" takes tasks again (${upstream.endpoint})\n`);
  assert.equal((await upstream.next("updateStatus")).request.disabled, false);
});

for (
  const [what, args, message] of [
    ["no upstream", [], /No upstream to poll: the default, .* is gone since 1 June 2026/],
    ["no token", ["--rpc-endpoint=http://127.0.0.1:1"], /registration token is missing/],
    [
      "a name that cannot be sent",
      ["--rpc-endpoint=http://127.0.0.1:1", "--token=a", "--name=é"],
      /Invalid worker name/,
    ],
    [
      "an endpoint that is none",
      ["--rpc-endpoint=ftp://x", "--token=a"],
      /"ftp" is no scheme of an endpoint/,
    ],
    [
      "half of a pair of flags",
      ["--rpc-endpoint=http://127.0.0.1:1", "--token=a", "--user-coarse-grained"],
      /says nothing without --user/,
    ],
  ] as const
) {
  Deno.test(`a start with ${what} is misuse and says what to do`, async () => {
    await using place = await playground();
    const { code, stdout, stderr } = await place.run(["worker", "run", ...args]);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, message);
  });
}
