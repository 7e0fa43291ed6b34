import assert from "node:assert/strict";
import { join } from "node:path";
import { hostPlatform } from "../../lib/machine/host_platform.ts";
import { Code } from "../../lib/rpc/code.ts";
import { listOwners } from "../../lib/worker/ownership/owner_files.ts";
import { readStatuses } from "../../lib/worker/worker_status.ts";
import { fail, hang } from "../fakes/upstream_workers.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { type AssignmentInit, CLIENT_SECRET, TaskUpstream } from "./task_upstream.ts";
import { TestedWorker } from "./tested_worker.ts";

Deno.test("a worker introduces itself by its labels and resources", async () => {
  await using upstream = await TaskUpstream.start();
  await using worker = await TestedWorker.start([upstream], {
    labels: { rack: "2", os: "custom" },
    resources: { cpu: 4.5 },
  });
  const { request } = await upstream.workers.next("register");
  assert.deepEqual(request.workerInfo?.labels, {
    os: "custom",
    arch: hostPlatform().arch,
    version: "1.2.3",
    hostname: Deno.hostname(),
    name: "worker-1",
    rack: "2",
  });
  assert.deepEqual(request.workerInfo?.resourcesTotal, { cpu: 4.5 });
  await worker.log.line(/info worker successfully registered/);
});

Deno.test("a task is started, run and stopped, and nothing of it is left", async () => {
  await using upstream = await TaskUpstream.start();
  upstream.script("echo in $CIRRUS_WORKING_DIR");
  await using worker = await TestedWorker.start([upstream]);
  upstream.assign("42");
  const started = await upstream.workers.next("taskStarted");
  assert.equal(started.request.taskId, 42n);
  assert.equal(started.request.secret, CLIENT_SECRET);
  assert.equal(started.metadata.get("org.cirruslabs.task-id"), "42");
  assert.equal(started.metadata.get("org.cirruslabs.client-secret"), CLIENT_SECRET);
  assert.equal(started.metadata.get("session-token"), "session-1");

  const stopped = await upstream.workers.next("taskStopped");
  assert.equal(stopped.request.taskId, 42n);
  assert.deepEqual(upstream.ci.states, { main: "COMPLETED" });
  assert.match(upstream.ci.savedText("main"), /in .*cirrus-build/);
  assert.equal(upstream.ci.metadata.get("org.cirruslabs.api-endpoint"), upstream.endpoint);
  assert.deepEqual(worker.leftovers(), []);
  await worker.log.line(/info started task 42/);
  await worker.log.line(/info task 42 completed/);
});

Deno.test("a task with an id that is no number is identified by metadata alone", async () => {
  await using upstream = await TaskUpstream.start();
  await using _worker = await TestedWorker.start([upstream]);
  upstream.assign("0b9d-build/7");
  for (const method of ["taskStarted", "taskStopped"] as const) {
    const { request, metadata } = await upstream.workers.next(method);
    assert.equal(metadata.get("org.cirruslabs.task-id"), "0b9d-build/7");
    assert.equal(request.taskId, 0n);
    assert.equal(request.secret, "");
  }
});

Deno.test("a script that fails is told by the agent, not as a failure of the worker's", async () => {
  await using upstream = await TaskUpstream.start();
  upstream.script("exit 3");
  await using _worker = await TestedWorker.start([upstream]);
  upstream.assign("1");
  await upstream.workers.next("taskStopped");
  assert.deepEqual(upstream.ci.states, { main: "FAILED" });
  assert.ok(!upstream.workers.methods.includes("taskFailed"));
});

Deno.test("scripts see the host's environment and the trace, and none of the worker's secrets", async () => {
  Deno.env.set("CIRRUS_WORKER_TOKEN", "token-from-the-environment");
  Deno.env.set("WORKER_TEST_VARIABLE", "of the host");
  await using upstream = await TaskUpstream.start();
  upstream.script("env; tr '\\0' '\\n' < /proc/$PPID/environ || true; cat /proc/$PPID/cmdline || true");
  await using worker = await TestedWorker.start([upstream]);
  upstream.assign("1", { traceparent: "00-trace", tracestate: "vendor=1" });
  await upstream.workers.next("taskStopped");
  const text = upstream.ci.savedText("main");
  assert.match(text, /^WORKER_TEST_VARIABLE=of the host$/m);
  assert.match(text, /^TRACEPARENT=00-trace$/m);
  assert.match(text, /^TRACESTATE=vendor=1$/m);
  const secrets = [
    "token-from-the-environment",
    upstream.token,
    "session-1",
    CLIENT_SECRET,
    upstream.ci.serverSecret,
  ];
  for (const secret of secrets) {
    assert.ok(!text.includes(secret), `a script sees ${secret}`);
    assert.ok(!worker.log.lines.some((line) => line.includes(secret)), `the log shows ${secret}`);
  }
  Deno.env.delete("CIRRUS_WORKER_TOKEN");
  Deno.env.delete("WORKER_TEST_VARIABLE");
});

const UNSUPPORTED: { isolation: AssignmentInit["isolation"]; message: RegExp }[] = [
  { isolation: {}, message: /does not know; update the worker/ },
  {
    isolation: { type: { case: "parallels", value: { image: "x" } } },
    message: /Parallels .* not supported; use/,
  },
  {
    isolation: { type: { case: "vetu", value: { image: "x" } } },
    message: /Could not find vetu: .*; install it as .*, or extend PATH/,
  },
];
for (const { isolation, message } of UNSUPPORTED) {
  Deno.test(`isolation ${isolation?.type?.case ?? "of an unknown kind"} fails the task with what to do`, async () => {
    await using upstream = await TaskUpstream.start();
    await using _worker = await TestedWorker.start([upstream]);
    upstream.assign("7", { isolation, resourcesToUse: { cpu: 2 } });
    const failed = await upstream.workers.next("taskFailed");
    assert.match(failed.request.message, message);
    assert.equal(failed.request.taskIdentification?.taskId, 7n);
    assert.equal(failed.metadata.get("org.cirruslabs.task-id"), "7");
    await upstream.workers.next("taskStopped");
    upstream.workers.give({});
    await upstream.workers.next("poll");
    await upstream.workers.next("poll");
    const { request } = await upstream.workers.next("poll");
    assert.deepEqual(
      [request.runningTasks, request.resourcesInUse],
      [[], {}],
      "its resources are free again",
    );
    // Only the start of a task shows that a program is missing.
    const isStarted = isolation?.type?.case === "vetu";
    assert.equal(upstream.workers.methods.includes("taskStarted"), isStarted);
  });
}

Deno.test("isolation none may be asked for by name", async () => {
  await using upstream = await TaskUpstream.start();
  upstream.script("true");
  await using _worker = await TestedWorker.start([upstream]);
  upstream.assign("1", { isolation: { type: { case: "none", value: {} } } });
  await upstream.workers.next("taskStopped");
  assert.deepEqual(upstream.ci.states, { main: "COMPLETED" });
});

Deno.test("a work directory that cannot be made fails the task with what to do", async () => {
  await using upstream = await TaskUpstream.start();
  await using worker = await TestedWorker.start([upstream], { temporaryDirectory: "/proc/cirrus" });
  upstream.assign("1");
  const { request } = await upstream.workers.next("taskFailed");
  assert.match(request.message, /\/proc\/cirrus.*TMPDIR/);
  await upstream.workers.next("taskStopped");
  await worker.log.line(/error failed to run task 1/);
});

Deno.test("a wrong server secret fails the task and runs nothing", async () => {
  await using upstream = await TaskUpstream.start();
  upstream.script("true");
  await using worker = await TestedWorker.start([upstream]);
  upstream.assign("1", { serverSecret: "another one" });
  const { request } = await upstream.workers.next("taskFailed");
  assert.match(request.message, /wrong server token/);
  await upstream.workers.next("taskStopped");
  assert.deepEqual(upstream.ci.states, {});
  assert.deepEqual(worker.leftovers(), []);
});

Deno.test("a task whose start cannot be told is run all the same", async () => {
  await using upstream = await TaskUpstream.start();
  upstream.script("true");
  upstream.workers.answers.taskStarted = fail(Code.FAILED_PRECONDITION);
  await using worker = await TestedWorker.start([upstream]);
  upstream.assign("1");
  await upstream.workers.next("taskStopped");
  assert.deepEqual(upstream.ci.states, { main: "COMPLETED" });
  await worker.log.line(/error could not tell the upstream that task 1 has started/);
});

Deno.test("a report that meets passing trouble is made again", async () => {
  await using upstream = await TaskUpstream.start();
  const { taskStopped } = upstream.workers.answers;
  upstream.workers.answers.taskStopped = () => {
    upstream.workers.answers.taskStopped = taskStopped;
    return fail(Code.UNAVAILABLE)();
  };
  await using worker = await TestedWorker.start([upstream]);
  upstream.assign("1");
  await upstream.workers.next("taskStopped");
  await upstream.workers.next("taskStopped");
  await worker.log.line(/info task 1 completed/);
});

Deno.test("a task's end is told also when the upstream has lost the session meanwhile", async () => {
  await using upstream = await TaskUpstream.start();
  const { taskStopped } = upstream.workers.answers;
  upstream.workers.answers.taskStopped = (request, context) =>
    context.metadata.get("session-token") === "session-1"
      ? fail(Code.UNAUTHENTICATED, "unknown session")()
      : taskStopped(request, context);
  await using worker = await TestedWorker.start([upstream]);
  upstream.assign("1");
  await upstream.workers.next("taskStopped");
  const { poll } = upstream.workers.answers;
  upstream.workers.answers.poll = () => {
    upstream.workers.answers.poll = poll;
    return fail(Code.UNAUTHENTICATED, "unknown session")();
  };
  upstream.workers.give({ pollIntervalInSeconds: 1 });
  await worker.log.line(/info task 1 completed/);
  assert.equal(upstream.workers.methods.filter((method) => method === "register").length, 2);
});

/** The phases of a task, each with how to be in it and how to see that the task is there. */
const PHASES: {
  phase: string;
  enter: (upstream: TaskUpstream) => void;
  entered: (upstream: TaskUpstream) => Promise<unknown>;
}[] = [
  {
    phase: "while its start is told",
    enter: ({ workers }) => workers.answers.taskStarted = hang,
    entered: ({ workers }) => workers.next("taskStarted"),
  },
  {
    phase: "while it asks for its commands",
    enter: ({ ci }) => ci.answers.initialCommands = hang,
    entered: ({ ci }) => ci.until(() => ci.events.includes("initialCommands")),
  },
  {
    phase: "while a script runs",
    enter: (upstream) => upstream.script("echo running; sleep 1000"),
    entered: ({ ci }) => ci.until(() => ci.liveText("main").includes("running")),
  },
];
for (const { phase, enter, entered } of PHASES) {
  Deno.test(`a task that is cancelled ${phase} is stopped, not failed, and nothing of it is left`, async () => {
    await using upstream = await TaskUpstream.start();
    enter(upstream);
    await using worker = await TestedWorker.start([upstream]);
    upstream.assign("1");
    await entered(upstream);
    upstream.workers.give({ tasksToStop: ["1"] });
    await upstream.workers.next("taskStopped");
    await worker.log.line(/info sent cancellation signal to task 1/);
    assert.ok(!upstream.workers.methods.includes("taskFailed"));
    assert.deepEqual(worker.log.lines.filter((line) => /^(error|warning)/.test(line)), []);
    assert.deepEqual(worker.leftovers(), []);
  });

  Deno.test(`the forced end ${phase} reports the task as failed, with why, and leaves nothing`, async () => {
    await using upstream = await TaskUpstream.start();
    enter(upstream);
    await using worker = await TestedWorker.start([upstream]);
    upstream.assign("1");
    await entered(upstream);
    worker.drain();
    await upstream.workers.next("queryRunningTasks");
    worker.cancel();
    await worker.over;
    const { request } = await upstream.workers.next("taskFailed");
    assert.match(request.message, /worker was stopped .*; run the task again/);
    await upstream.workers.next("taskStopped");
    assert.deepEqual(worker.leftovers(), []);
    assert.deepEqual([...Deno.readDirSync(join(worker.stateDirectory, "owners"))], []);
  });
}

Deno.test("the first signal lets a task end, then the worker ends", async () => {
  await using upstream = await TaskUpstream.start();
  upstream.script("echo running; until [ -e ../go ]; do sleep 0.05; done");
  await using worker = await TestedWorker.start([upstream]);
  upstream.assign("1");
  await upstream.ci.until(() => upstream.ci.liveText("main").includes("running"));
  worker.drain();
  assert.equal((await upstream.workers.next("updateStatus")).request.disabled, true);
  await Deno.writeTextFile(join(worker.temporaryDirectory, "go"), "");
  upstream.workers.give({});
  upstream.workers.give({});
  await worker.over;
  assert.deepEqual(upstream.ci.states, { main: "COMPLETED" });
  assert.equal((await upstream.workers.next("updateStatus")).request.disabled, false);
});

Deno.test("an upstream that asks for the end gets it once its tasks are over", async () => {
  await using upstream = await TaskUpstream.start();
  upstream.script("true");
  await using worker = await TestedWorker.start([upstream]);
  upstream.assign("1");
  await upstream.workers.next("taskStopped");
  upstream.workers.give({ shutdown: true });
  await worker.over;
  await worker.log.line(/info received shutdown signal from the upstream/);
});

Deno.test("one upstream that hangs keeps no other from giving tasks, nor the worker from its end", async () => {
  await using hanging = await TaskUpstream.start();
  await using good = await TaskUpstream.start();
  hanging.workers.answers.register = hang;
  good.script("true");
  await using worker = await TestedWorker.start([hanging, good]);
  await hanging.workers.next("register");
  for (const id of ["1", "2", "3"]) {
    good.assign(id);
    await good.workers.next("taskStopped");
  }
  worker.drain();
  await good.workers.next("updateStatus");
  good.workers.give({});
  await worker.over;
});

Deno.test("several tasks run at once and their resources are counted together", async () => {
  await using upstream = await TaskUpstream.start();
  upstream.script("echo running; until [ -e ../go ]; do sleep 0.05; done");
  await using worker = await TestedWorker.start([upstream], { resources: { cpu: 4 } });
  upstream.assign("1", { resourcesToUse: { cpu: 1.5 } });
  upstream.assign("2", { resourcesToUse: { cpu: 2, gpu: 1 } });
  await upstream.ci.until(() =>
    upstream.ci.live.filter((log) => log.text().includes("running")).length === 2
  );
  await upstream.workers.next("poll");
  await upstream.workers.next("poll");
  const { request } = await upstream.workers.next("poll");
  assert.deepEqual(request.runningTasks.toSorted(), ["1", "2"]);
  assert.deepEqual(request.resourcesInUse, { cpu: 3.5, gpu: 1 });
  await Deno.writeTextFile(join(worker.temporaryDirectory, "go"), "");
  await upstream.workers.next("taskStopped");
  await upstream.workers.next("taskStopped");
});

Deno.test("what a worker does can be read on its host while it lives", async () => {
  await using upstream = await TaskUpstream.start();
  upstream.script("echo running; sleep 1000");
  await using worker = await TestedWorker.start([upstream]);
  upstream.assign("1");
  await upstream.ci.until(() => upstream.ci.liveText("main").includes("running"));
  const [status, ...others] = await readStatuses(worker.stateDirectory);
  assert.deepEqual(others, []);
  assert.ok(status);
  const { since, tasks, ...rest } = status;
  assert.deepEqual(rest, {
    format: 1,
    name: "worker-1",
    version: "1.2.3",
    pid: Deno.pid,
    draining: false,
    upstreams: [{ endpoint: upstream.endpoint, registered: true }],
  });
  assert.deepEqual(tasks.map(({ since: _, ...task }) => task), [
    { id: "1", upstream: upstream.endpoint, isolation: "none" },
  ]);
  assert.ok(Date.parse(tasks[0]?.since ?? "") >= Date.parse(since));
  worker.drain();
  await upstream.workers.next("queryRunningTasks");
  assert.equal((await readStatuses(worker.stateDirectory))[0]?.draining, true);
  worker.cancel();
  await worker.over;
  assert.deepEqual(await readStatuses(worker.stateDirectory), []);
});

Deno.test("a worker that was killed while it drained is enabled by its next start", async () => {
  await using upstream = await TaskUpstream.start();
  await using state = await temporaryDirectory();
  const owners = join(state.path, "owners");
  const disabled = { kind: "disabled worker", name: "worker-1", endpoint: upstream.endpoint };
  await Deno.mkdir(owners);
  await Deno.writeTextFile(join(owners, "killed.list"), JSON.stringify([disabled]));
  await using worker = await TestedWorker.start([upstream], { stateDirectory: state.path });
  await upstream.workers.next("register");
  assert.equal((await upstream.workers.next("updateStatus")).request.disabled, false);
  await upstream.workers.next("poll");
  worker.cancel();
  await worker.over;
  assert.deepEqual([...Deno.readDirSync(owners)], []);
});

Deno.test("a worker that could not be enabled again stays written down for the next start", async () => {
  await using upstream = await TaskUpstream.start();
  upstream.script("sleep 1000");
  await using state = await temporaryDirectory();
  await using worker = await TestedWorker.start([upstream], { stateDirectory: state.path });
  upstream.assign("1");
  await upstream.workers.next("taskStarted");
  worker.drain();
  await upstream.workers.next("updateStatus");
  upstream.workers.answers.updateStatus = fail(Code.UNAVAILABLE);
  worker.cancel();
  await worker.over;
  const [list] = await listOwners(state.path);
  assert.deepEqual(JSON.parse(await Deno.readTextFile(list?.list ?? "")), [
    { kind: "disabled worker", name: "worker-1", endpoint: upstream.endpoint },
  ]);
  await worker.log.line(/error could not enable the worker .*next start tries once more/);
});

Deno.test("the project's own directory is used as it is and left alone", async () => {
  await using upstream = await TaskUpstream.start();
  upstream.script("pwd; echo made > made");
  const directory = await Deno.makeTempDir();
  await using worker = await TestedWorker.start([upstream], { noneWorkingDirectory: directory });
  upstream.assign("1");
  await upstream.workers.next("taskStopped");
  assert.equal(await Deno.readTextFile(join(directory, "made")), "made\n");
  assert.deepEqual(worker.leftovers(), []);
  await Deno.remove(directory, { recursive: true });
});
