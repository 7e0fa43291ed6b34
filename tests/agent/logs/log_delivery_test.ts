import assert from "node:assert/strict";
import { delay } from "../../../lib/async/delay.ts";
import { Code } from "../../../lib/rpc/code.ts";
import { RpcError } from "../../../lib/rpc/rpc_error.ts";
import { fail, hang } from "../../fakes/upstream_workers.ts";
import { eventually } from "../../helpers/eventually.ts";
import { needsRoot, smallDisk } from "../../helpers/small_disk.ts";
import { AgentUnderTest, script } from "../agent_under_test.ts";

const LINES = 1_200_000;
const PRINT = `seq -f 'line %.0f' ${LINES}`;
const PRINTED = `${PRINT}\n${Array.from({ length: LINES }, (_, i) => `line ${i + 1}\n`).join("")}`;

Deno.test("a log that is not saved at the first try is saved at the next", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  let tries = 0;
  upstream.answers.saveLogs = (entries) =>
    upstream.readLog(entries, upstream.saved, () => {
      if (++tries === 1) throw new RpcError(Code.UNAVAILABLE, "as the test asked");
    });
  upstream.commands = { commands: [script("main", PRINT)] };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: true });
  assert.equal(upstream.saved.length, 2);
  assert.ok(upstream.savedText("main") === PRINTED);
});

Deno.test("an upstream that is away when a command ends gets the whole log when it is back", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = {
    commands: [
      script("main", ["echo before", "until [ -e go ]; do sleep 0.01; done", "echo after", "touch over"]),
    ],
  };
  const running = agent.run({ liveRestMs: 100, logStallMs: 100 });
  await upstream.until(() => upstream.liveText("main").includes("\nbefore\n"));
  await upstream.stop();
  await Deno.writeTextFile(`${agent.workingDirectory}/go`, "");
  await eventually(() => agent.hasFile("over"));
  // However long it was away: that is no standstill.
  await delay(1_000);
  await upstream.listen();
  assert.deepEqual(await running, { kind: "finished", passed: true });
  assert.match(upstream.savedText("main"), /\nbefore\n[^]*\nafter\n/);
  assert.deepEqual(upstream.states, { main: "COMPLETED" });
});

Deno.test("an upstream that can be reached but fails a log again and again is asked three times", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.answers.saveLogs = fail(Code.INTERNAL);
  upstream.commands = { commands: [script("main", "true")] };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: true });
  assert.equal(upstream.events.filter((event) => event === "saveLogs").length, 3);
});

Deno.test("an upstream that refuses to save logs holds nobody up", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.answers.saveLogs = fail(Code.UNIMPLEMENTED);
  upstream.commands = { commands: [script("main", "true")] };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: true });
  assert.deepEqual(agent.leftovers(), []);
});

Deno.test("a full disk: the log is live to its last line, and the upstream is told", needsRoot, async () => {
  await using disk = await smallDisk({ bytes: 1 << 20 });
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = { commands: [script("main", [PRINT]), script("next", "echo here")] };
  assert.deepEqual(await agent.run({ spoolDirectory: disk.path }), { kind: "finished", passed: true });
  assert.ok(upstream.liveText("main") === PRINTED);
  assert.deepEqual(upstream.saved.map((log) => [log.commandName, log.text()]), [[
    "next",
    "echo here\nhere\n",
  ]]);
  assert.equal(upstream.warnings.length, 1);
  assert.match(
    upstream.warnings[0] ?? "",
    /^Keeping the log of main on the worker's disk: .*; free space in /,
  );
  assert.deepEqual([...Deno.readDirSync(disk.path)], []);
});

Deno.test(
  "a full disk and an upstream that takes no logs: the script goes on all the same",
  needsRoot,
  async () => {
    await using disk = await smallDisk({ bytes: 1 << 20 });
    await using agent = await AgentUnderTest.create();
    const { upstream } = agent;
    upstream.answers.streamLogs = hang;
    upstream.commands = { commands: [script("main", ["head -c 40000000 /dev/zero", "touch over"])] };
    const outcome = await agent.run({ spoolDirectory: disk.path, logStallMs: 100, liveRestMs: 100 });
    assert.deepEqual(outcome, { kind: "finished", passed: true });
    await Deno.lstat(`${agent.workingDirectory}/over`);
  },
);

Deno.test("a spool folder that does not exist is as a full disk", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = { commands: [script("main", [PRINT])] };
  const outcome = await agent.run({ spoolDirectory: `${agent.directory}/missing` });
  assert.deepEqual(outcome, { kind: "finished", passed: true });
  assert.ok(upstream.liveText("main") === PRINTED);
});

Deno.test("logs of many commands wait for a slow upstream only so far", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  const release = Promise.withResolvers<void>();
  upstream.answers.saveLogs = async (entries) => {
    await release.promise;
    return await upstream.readLog(entries, upstream.saved);
  };
  const names = Array.from({ length: 30 }, (_, i) => `command ${i}`);
  upstream.commands = { commands: names.map((name) => script(name, "true")) };
  const running = agent.run();
  const saves = () => upstream.events.filter((event) => event === "saveLogs").length;
  await upstream.until(() => saves() === 16);
  assert.equal(upstream.events.filter((event) => event.endsWith("EXECUTING")).length, 17);
  release.resolve();
  assert.deepEqual(await running, { kind: "finished", passed: true });
  assert.deepEqual(upstream.saved.map((log) => log.commandName).sort(), names.sort());
});
