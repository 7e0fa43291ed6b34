import assert from "node:assert/strict";
import { Code } from "../../lib/rpc/code.ts";
import { RpcError } from "../../lib/rpc/rpc_error.ts";
import { Status } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { fail, hang } from "../fakes/upstream_workers.ts";
import { AgentUnderTest, script } from "./agent_under_test.ts";

Deno.test("a task is told, run and reported in order", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = { commands: [script("one", "echo hello"), script("two", "true")] };

  assert.deepEqual(await agent.run(), { kind: "finished", passed: true });

  const states = upstream.events.filter((event) => event.includes(" "));
  assert.deepEqual(states, ["one EXECUTING", "one COMPLETED", "two EXECUTING", "two COMPLETED"]);
  assert.equal(upstream.events.at(-1), "reportAgentFinished");
  assert.ok(upstream.events.indexOf("initialCommands") < upstream.events.indexOf("one EXECUTING"));
  assert.ok(upstream.events.indexOf("one EXECUTING") < upstream.events.indexOf("streamLogs"));
  assert.deepEqual(upstream.live.map((log) => [log.commandName, log.raw, log.text()]), [
    ["one", false, "echo hello\nhello\n"],
    ["two", false, "true\n"],
  ]);
  assert.deepEqual(upstream.saved.map((log) => [log.commandName, log.raw, log.text()]), [
    ["one", true, "echo hello\nhello\n"],
    ["two", true, "true\n"],
  ]);
  const results = upstream.finished[0]?.commandResults ?? [];
  assert.deepEqual(results.map(({ name, status }) => [name, Status[status]]), [
    ["one", "COMPLETED"],
    ["two", "COMPLETED"],
  ]);
  assert.ok(results.every((result) => result.durationInNanos > 0n && !result.signaledToExit));
  assert.deepEqual(agent.leftovers(), []);
});

Deno.test("every call says which task it is about", async () => {
  await using agent = await AgentUnderTest.create({ taskId: "42" });
  await agent.run();
  assert.equal(agent.upstream.metadata.get("org.cirruslabs.task-id"), "42");
  assert.equal(agent.upstream.metadata.get("org.cirruslabs.client-secret"), "client-secret-of-the-task");
  assert.equal(agent.upstream.metadata.get("org.cirruslabs.api-endpoint"), agent.upstream.endpoint);
  const { taskId, secret } = agent.upstream.finished[0]?.taskIdentification ?? {};
  assert.deepEqual([taskId, secret], [42n, "client-secret-of-the-task"]);
});

Deno.test("an id that is no number is in the metadata only", async () => {
  await using agent = await AgentUnderTest.create({ taskId: "task-abc" });
  await agent.run();
  assert.equal(agent.upstream.metadata.get("org.cirruslabs.task-id"), "task-abc");
  assert.equal(agent.upstream.finished[0]?.taskIdentification, undefined);
});

Deno.test("the commands are asked for again and again, whatever the answer", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  const retries: boolean[] = [];
  const answer = upstream.answers.initialCommands;
  upstream.answers.initialCommands = (request, context) => {
    retries.push(request.retry);
    const code = [Code.UNAVAILABLE, Code.PERMISSION_DENIED][retries.length - 1];
    if (code !== undefined) return Promise.reject(new RpcError(code, "not yet"));
    assert.ok(Math.abs(Number(request.localTimestamp) - Date.now() / 1000) < 60);
    return answer(request, context);
  };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: true });
  assert.deepEqual(retries, [false, true, true]);
});

Deno.test("an upstream with a wrong server token gets nothing run", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = { serverToken: "wrong", commands: [script("one", "touch ran")] };

  const outcome = await agent.run();

  assert.equal(outcome.kind, "rejected");
  assert.equal(upstream.errors.length, 1);
  assert.match(upstream.errors[0] ?? "", /wrong server token: nothing of the task was run/);
  assert.ok(!JSON.stringify([outcome, upstream.errors]).includes(upstream.serverSecret));
  assert.deepEqual([upstream.updates, upstream.live, upstream.finished], [[], [], []]);
});

Deno.test("states that gather while a report is under way are sent together", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  const commands = Array.from({ length: 10_000 }, (_, i) => script(`skipped ${i}`, "true"));
  upstream.commands = { commands: [script("fails", "false"), ...commands] };

  assert.deepEqual(await agent.run(), { kind: "finished", passed: false });

  assert.ok(upstream.updates.length <= 3, `${upstream.updates.length} reports`);
  assert.equal(upstream.finished[0]?.commandResults.length, 10_001);
  assert.equal(upstream.states["fails"], "FAILED");
  assert.equal(upstream.states["skipped 9999"], "SKIPPED");
});

Deno.test("a report of states that fails is made again, and none is lost", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  let failures = 2;
  upstream.answers.reportCommandUpdates = () =>
    failures-- > 0 ? Promise.reject(new RpcError(Code.UNAVAILABLE, "try again")) : Promise.resolve({});
  upstream.commands = { commands: [script("one", "true")] };
  await agent.run();
  assert.deepEqual(upstream.states, { one: "COMPLETED" });
});

for (
  const [code, times] of [["UNAVAILABLE", 2], ["RESOURCE_EXHAUSTED", 2], ["UNAUTHENTICATED", 1]] as const
) {
  const often = times === 2 ? "twice at most" : "once";
  Deno.test(`the report of the end is made ${often} where the upstream answers ${code}`, async () => {
    await using agent = await AgentUnderTest.create();
    const { upstream } = agent;
    upstream.answers.reportAgentFinished = fail(Code[code]);
    assert.deepEqual(await agent.run(), { kind: "finished", passed: true });
    assert.equal(upstream.finished.length, times);
  });
}

Deno.test("an upstream that hangs holds the end of a task a bounded time only", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  Object.assign(upstream.answers, {
    heartbeat: hang,
    reportCommandUpdates: hang,
    streamLogs: hang,
    saveLogs: hang,
    reportAgentFinished: hang,
  });
  upstream.commands = { commands: [script("one", "echo hello"), script("two", "true")] };
  const outcome = await agent.run({ reportMs: 100, logStallMs: 100, liveRestMs: 100 });
  assert.deepEqual(outcome, { kind: "finished", passed: true });
  assert.deepEqual(agent.leftovers(), []);
});

Deno.test("heartbeats come at once and then at the interval, also when one fails", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  const beats = () => upstream.events.filter((event) => event === "heartbeat").length;
  upstream.answers.heartbeat = fail(Code.INTERNAL);
  upstream.commands = { commands: [script("waits", "until [ -e enough ]; do sleep 0.01; done")] };
  const running = agent.run({ heartbeatMs: 20 });
  await upstream.until(() => beats() >= 3);
  await Deno.writeTextFile(`${agent.workingDirectory}/enough`, "");
  assert.deepEqual(await running, { kind: "finished", passed: true });
});

Deno.test("a task without commands is over at once, and reported so", async () => {
  await using agent = await AgentUnderTest.create();
  assert.deepEqual(await agent.run(), { kind: "finished", passed: true });
  assert.equal(agent.upstream.finished.length, 1);
});

Deno.test("a working directory that cannot be made is said, and what to do", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  await Deno.writeTextFile(`${agent.directory}/file`, "");
  upstream.commands = {
    environment: { CIRRUS_WORKING_DIR: `${agent.directory}/file/below` },
    commands: [script("one", "true")],
  };
  const outcome = await agent.run();
  assert.equal(outcome.kind, "unprepared");
  assert.match(
    upstream.errors[0] ?? "",
    /^Making the working directory .*\/file\/below: .*; set CIRRUS_WORKING_DIR to a place that the task may write to$/,
  );
  assert.deepEqual(upstream.updates, []);
});

Deno.test("no secret of the task shows in a message of ours", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  await Deno.writeTextFile(`${agent.directory}/hunter2`, "");
  upstream.commands = {
    environment: { CIRRUS_WORKING_DIR: `${agent.directory}/$A_SECRET/below`, A_SECRET: "hunter2" },
  };
  const outcome = await agent.run();
  assert.equal(outcome.kind, "unprepared");
  assert.match(upstream.errors[0] ?? "", /HIDDEN-BY-CIRRUS-CI/);
  assert.ok(!JSON.stringify([outcome, upstream.errors]).includes("hunter2"));
});
