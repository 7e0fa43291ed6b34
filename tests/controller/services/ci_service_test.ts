import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import type { Controller } from "../../../lib/controller/controller.ts";
import { openChannel } from "../../../lib/rpc/channel.ts";
import { createClient } from "../../../lib/rpc/client.ts";
import { Code } from "../../../lib/rpc/code.ts";
import {
  CirrusCIService,
  Command_CommandExecutionBehavior,
  CommandSchema,
  IsolationSchema,
  Status,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { task, type TaskInit } from "../builds.ts";
import { RawTask, RawWorker } from "../raw_worker.ts";
import { requireTask, startController, waitForBuild } from "../running_controller.ts";

/** A controller and a worker that has started one task. */
async function startedTask(init: TaskInit = {}) {
  await using resources = new AsyncDisposableStack();
  const controller = resources.use(await startController());
  const worker = resources.use(await RawWorker.connect(controller.endpoint, { name: "w1" }));
  const build = await controller.builds.create({ tasks: [task(init)] });
  const given = await worker.takeTask();
  await given.started();
  const owned = resources.move();
  return { controller, worker, build, given, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function readText(
  controller: Controller,
  given: RawTask,
  command = "main",
): Promise<string | undefined> {
  const log = await controller.logs.read({ taskId: given.id, command }, { offset: 0 });
  return log && new TextDecoder().decode(log.bytes);
}

Deno.test("InitialCommands tells the agent all there is to know of its task", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const definition = task({
    id: 7,
    name: "unit",
    commands: ["one", "two"],
    environment: { OWN: "task", CIRRUS_BRANCH: "spoofed", ASKED: "task" },
    properties: { timeout_in: "90", alias: "u", indexWithinBuild: "4" },
  });
  if (definition.commands[1]) {
    definition.commands[1].executionBehaviour = Command_CommandExecutionBehavior.ALWAYS;
  }
  const build = await controller.builds.create({
    tasks: [definition, task({ id: 8, labels: { os: "plan9" } })],
    environment: new Map([["CIRRUS_BRANCH", "main"], ["CIRRUS_CHANGE_IN_REPO", "abc"]]),
    overrides: new Map([["ASKED", "user"]]),
    secretsToMask: ["hunter2"],
  });
  const given = await worker.takeTask();
  const work = await given.agent.initialCommands({ localTimestamp: 1n });
  assert.deepEqual(work.environment, {
    CI: "true",
    CIRRUS_CI: "true",
    CONTINUOUS_INTEGRATION: "true",
    CIRRUS_BRANCH: "spoofed",
    CIRRUS_CHANGE_IN_REPO: "abc",
    CIRRUS_BUILD_ID: build.id,
    CIRRUS_TASK_ID: given.id,
    CIRRUS_TASK_NAME: "unit",
    CIRRUS_TASK_NAME_ALIAS: "u",
    CI_NODE_INDEX: "4",
    CI_NODE_TOTAL: "2",
    OWN: "task",
    ASKED: "user",
  });
  assert.deepEqual(work.commands, definition.commands);
  assert.equal(work.serverToken, given.assigned.serverSecret);
  assert.equal(work.timeoutInSeconds, 90n);
  assert.deepEqual(work.secretsToMask, ["hunter2"]);
  assert.equal(work.failedAtLeastOnce, false);
  const { state, startedAt } = await requireTask(controller, given.id);
  assert.deepEqual(state, { status: "executing", worker: "w1" }, "even if TaskStarted got lost");
  assert.ok(startedAt);
});

Deno.test("Fields and instructions of a task that nobody knows yet reach worker and agent", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const unknown = { no: 99, wireType: WireType.LengthDelimited, data: new Uint8Array([3, 97, 98, 99]) };
  const isolation = create(IsolationSchema);
  isolation.$unknown = [unknown];
  const definition = task({ isolation });
  const command = create(CommandSchema, { name: "new" });
  command.$unknown = [unknown];
  definition.commands.push(command);
  await controller.builds.create({ tasks: [definition] });
  const given = await worker.takeTask();
  assert.deepEqual(given.assigned.isolation?.$unknown, [unknown]);
  const { commands } = await given.agent.initialCommands({});
  assert.deepEqual(commands[1]?.$unknown, [unknown]);
});

Deno.test("An agent that asks for its commands again is told whether one has failed already", async () => {
  await using running = await startedTask({ commands: ["one", "two"] });
  const { given } = running;
  await given.agent.initialCommands({});
  await given.agent.reportCommandUpdates({ updates: [{ name: "one", status: Status.FAILED }] });
  assert.equal((await given.agent.initialCommands({ retry: true })).failedAtLeastOnce, true);
});

Deno.test("A task's secret opens that task and no other, and neither does anything else", async () => {
  await using controller = await startController({ maxTasksWithoutResources: 2 });
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  await controller.builds.create({ tasks: [task({ id: 0 }), task({ id: 1 })] });
  const [one, two] = (await worker.poll()).tasksToStart.map((assigned) => worker.task(assigned));
  assert.ok(one && two);
  const refused = { code: Code.UNAUTHENTICATED };
  for (
    const [taskId, secret] of [
      [one.id, two.assigned.clientSecret],
      [one.id, ""],
      [one.id, one.assigned.serverSecret],
      ["", one.assigned.clientSecret],
      ["12345", one.assigned.clientSecret],
      ["__proto__", one.assigned.clientSecret],
    ] as const
  ) {
    const metadata = { "org.cirruslabs.task-id": taskId, "org.cirruslabs.client-secret": secret };
    await assert.rejects(one.agent.initialCommands({}, { metadata }), refused);
    await assert.rejects(one.agent.reportCommandUpdates({}, { metadata }), refused);
    await assert.rejects(one.agent.heartbeat({}, { metadata }), refused);
    await assert.rejects(one.streamLog("main", ["x"], { metadata }), refused);
    await assert.rejects(one.saveLog("main", ["x"], { metadata }), refused);
    await assert.rejects(one.agent.reportAgentFinished({}, { metadata }), refused);
    await assert.rejects(one.agent.reportAnnotations({}, { metadata }), refused);
    await assert.rejects(one.agent.reportAgentError({}, { metadata }), refused);
    await assert.rejects(one.agent.cacheInfo({}, { metadata }), refused);
    const options = { metadata: { ...worker.metadata, ...metadata } };
    await assert.rejects(worker.client.taskStarted({}, options), refused);
    await assert.rejects(worker.client.taskFailed({}, options), refused);
    await assert.rejects(worker.client.taskStopped({}, options), refused);
  }
  assert.equal(await readText(controller, one), undefined);
});

Deno.test("Agents and workers that only fill the deprecated identification are understood", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const build = await controller.builds.create({ tasks: [task()] });
  const { assigned } = await worker.takeTask();
  const identification = { taskId: assigned.oldTaskId, secret: assigned.clientSecret };
  const taskIdentification = identification;
  const { metadata } = worker;
  await worker.client.taskStarted(identification, { metadata });
  using channel = await openChannel({ endpoint: controller.endpoint });
  const agent = createClient(CirrusCIService, channel);
  assert.equal((await agent.initialCommands({ taskIdentification })).serverToken, assigned.serverSecret);
  await agent.streamLogs((async function* () {
    yield { value: { case: "key", value: { taskIdentification, commandName: "main" } } } as const;
    yield await Promise.resolve(
      { value: { case: "chunk", value: { data: new TextEncoder().encode("old\n") } } } as const,
    );
  })());
  await agent.reportAgentFinished({ taskIdentification, commandResults: [{ name: "main", succeded: true }] });
  await worker.client.taskStopped(identification, { metadata });
  assert.equal((await waitForBuild(controller, build.id)).status, "completed");
  const log = await controller.logs.read({ taskId: assigned.taskId, command: "main" }, { offset: 0 });
  assert.equal(new TextDecoder().decode(log?.bytes), "old\n");
});

Deno.test("Logs are appended as they come, also where a stream is opened again", async () => {
  await using running = await startedTask();
  const { controller, given } = running;
  assert.equal((await given.streamLog("main", ["one\n", "two\n"])).bytesLogged, 8n);
  assert.equal(await readText(controller, given), "one\ntwo\n");
  await given.streamLog("main", ["three\n"]);
  assert.equal(await readText(controller, given), "one\ntwo\nthree\n");
});

Deno.test("A saved log takes the place of what was streamed", async () => {
  await using running = await startedTask();
  const { controller, given } = running;
  await given.streamLog("main", ["one\n", "tw"]);
  assert.equal((await given.saveLog("main", ["one\n", "two\n", "three\n"])).bytesLogged, 14n);
  assert.equal(await readText(controller, given), "one\ntwo\nthree\n");
  await given.saveLog("main", []);
  assert.equal(await readText(controller, given), "");
});

Deno.test("A log that was not saved to its end leaves the streamed one as it is", async () => {
  await using running = await startedTask();
  const { controller, given } = running;
  await given.streamLog("main", ["streamed\n"]);
  const breaking = (function* () {
    yield "x".repeat(100_000);
    throw new Error("The agent dies");
  })();
  await assert.rejects(given.saveLog("main", breaking));
  await given.streamLog("main", ["more\n"]);
  assert.equal(await readText(controller, given), "streamed\nmore\n");
});

Deno.test("Logs sent with gzip are understood", async () => {
  await using running = await startedTask();
  const { controller, given } = running;
  const text = "the same line again and again\n".repeat(10_000);
  await given.streamLog("main", [text], { compress: true });
  assert.equal(await readText(controller, given), text);
});

Deno.test("Logs of any bytes are kept byte for byte, however large", async () => {
  await using running = await startedTask();
  const { controller, given } = running;
  const piece = crypto.getRandomValues(new Uint8Array(60_000));
  const whole = new Uint8Array(piece.length * 50);
  for (let index = 0; index < 50; index++) whole.set(piece, index * piece.length);
  await given.streamLog("main", Array.from({ length: 50 }, () => piece));
  let read = new Uint8Array();
  for (let size = Infinity; read.length < size;) {
    const slice = await controller.logs.read({ taskId: given.id, command: "main" }, { offset: read.length });
    assert.ok(slice);
    size = slice.size;
    read = new Uint8Array([...read, ...slice.bytes]);
  }
  assert.deepEqual(read, whole);
});

Deno.test("A log without a key, or of a command that the task has not, is refused", async () => {
  await using running = await startedTask();
  const { given } = running;
  await assert.rejects(given.streamLog("other", ["x"]), {
    code: Code.NOT_FOUND,
    details: /no command named "other"/,
  });
  await assert.rejects(given.saveLog("other", ["x"]), { code: Code.NOT_FOUND });
  await assert.rejects(given.agent.streamLogs(ReadableStream.from([])), { code: Code.INVALID_ARGUMENT });
});

Deno.test("A task with a failed command has failed by its commands' fault", async () => {
  await using running = await startedTask({ commands: ["one", "two"] });
  const { controller, build, given } = running;
  await given.finished([
    { name: "one", status: Status.EXECUTING },
    { name: "one", status: Status.FAILED, durationInNanos: 5_000_000n, signaledToExit: true },
    { name: "two", status: Status.SKIPPED },
  ]);
  await given.stopped();
  const ended = await waitForBuild(controller, build.id);
  assert.equal(ended.status, "failed");
  assert.deepEqual(ended.tasks[0]?.state, {
    status: "failed",
    cause: "command",
    message: 'Command "one" was ended by a signal',
  });
  assert.deepEqual(ended.tasks[0]?.commands, [
    { name: "one", state: { status: "failed", durationMs: 5, signaled: true } },
    { name: "two", state: { status: "skipped", durationMs: 0, signaled: false } },
  ]);
});

Deno.test("A command keeps its first outcome, and unknown ones are ignored", async () => {
  await using running = await startedTask();
  const { controller, given } = running;
  const report = (name: string, status: Status) =>
    given.agent.reportCommandUpdates({ updates: [{ name, status }] });
  await report("main", Status.COMPLETED);
  await report("main", Status.EXECUTING);
  await report("main", Status.FAILED);
  await report("nobody knows", Status.FAILED);
  const { commands } = await requireTask(controller, given.id);
  assert.deepEqual(commands.map(({ name, state }) => [name, state.status]), [["main", "completed"]]);
});

Deno.test("A task that its worker could not run has failed by the infrastructure's fault", async () => {
  await using running = await startedTask();
  const { controller, build, given } = running;
  await given.failed("No such image: macos");
  await given.stopped();
  const ended = await waitForBuild(controller, build.id);
  assert.deepEqual(ended.tasks[0]?.state, {
    status: "failed",
    cause: "infrastructure",
    message: "No such image: macos",
  });
});

Deno.test("A worker that failed a task before it started it has room again, though it never says that it stopped", async () => {
  await using controller = await startController();
  using worker = await RawWorker.connect(controller.endpoint, { name: "w1" });
  const build = await controller.builds.create({ tasks: [task({ id: 0 }), task({ id: 1 })] });
  const first = await worker.takeTask();
  await first.failed("The policy forbids it");
  const second = await worker.takeTask({ runningTasks: [first.id] });
  assert.equal(second.id, build.tasks[1]?.id);
  await first.stopped();
});

Deno.test("A task that stopped before its agent was through has failed, with what the agent said last", async () => {
  await using running = await startedTask();
  const { controller, build, given } = running;
  await given.agent.reportAgentError({ message: "The server token is wrong" });
  await given.stopped();
  const ended = await waitForBuild(controller, build.id);
  assert.deepEqual(ended.tasks[0]?.state, {
    status: "failed",
    cause: "infrastructure",
    message: "The worker w1 stopped the task before its commands were through: The server token is wrong",
  });
});

Deno.test("A task without commands has passed when it stops: its agent has nothing to report", async () => {
  await using running = await startedTask({ commands: [] });
  const { controller, build, given } = running;
  await given.agent.initialCommands({});
  await given.stopped();
  assert.equal((await waitForBuild(controller, build.id)).status, "completed");
});

Deno.test("What an agent reports after its task was cancelled is taken, and changes nothing", async () => {
  await using running = await startedTask();
  const { controller, build, given } = running;
  await controller.builds.cancel(build.id, "Not needed");
  await assert.rejects(given.agent.initialCommands({}), { code: Code.FAILED_PRECONDITION });
  await given.saveLog("main", ["interrupted\n"]);
  await given.finished([{ name: "main", status: Status.COMPLETED }]);
  await given.stopped();
  const { state, commands } = await requireTask(controller, given.id);
  assert.deepEqual(state, { status: "aborted", message: "Not needed" });
  assert.equal(commands[0]?.state.status, "completed");
  assert.equal(await readText(controller, given), "interrupted\n");
  await assert.rejects(given.agent.heartbeat({}), { code: Code.FAILED_PRECONDITION }, "it is over");
  await given.stopped();
});

Deno.test("Annotations, warnings, signals, logs and stop hooks of an agent are taken", async () => {
  await using running = await startedTask();
  const { agent } = running.given;
  await agent.reportAnnotations({
    annotations: [{ message: "unused variable", fileLocation: { path: "a.ts" } }],
  });
  await agent.reportAgentWarning({ message: "slow disk", stack: "at x" });
  await agent.reportAgentSignal({ signal: "SIGTERM" });
  await agent.reportAgentLogs({ logs: "x".repeat(1_000_000) });
  await agent.reportStopHook({});
  await agent.heartbeat({});
});

Deno.test("What this controller does not do is UNIMPLEMENTED", async () => {
  await using running = await startedTask();
  const { agent } = running.given;
  await assert.rejects(agent.reportTerminalAttached({}), { code: Code.UNIMPLEMENTED });
});
