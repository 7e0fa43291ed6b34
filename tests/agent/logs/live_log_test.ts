import assert from "node:assert/strict";
import { Code } from "../../../lib/rpc/code.ts";
import { RpcError } from "../../../lib/rpc/rpc_error.ts";
import { fail, hang } from "../../fakes/upstream_workers.ts";
import { eventually } from "../../helpers/eventually.ts";
import { AgentUnderTest, script } from "../agent_under_test.ts";

const broken = () => new RpcError(Code.UNAVAILABLE, "as the test asked");

/** Lines that a script prints, and then waits for the file `go`. */
function lines(count: number, each = "line"): string[] {
  return [`for i in $(seq ${count}); do echo "${each} $i"; done`, "until [ -e go ]; do sleep 0.01; done"];
}

async function go(agent: AgentUnderTest): Promise<void> {
  await Deno.writeTextFile(`${agent.workingDirectory}/go`, "");
}

/** Passes when every line from 1 to `count` is in the text, whole. */
function hasAllLines(text: string, count: number, each = "line"): void {
  const found = new Set(text.split("\n"));
  for (let i = 1; i <= count; i++) assert.ok(found.has(`${each} ${i}`), `${each} ${i} is missing`);
}

Deno.test("the log is at the upstream while the script runs", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = { commands: [script("main", lines(3))] };
  const running = agent.run();
  await upstream.until(() => upstream.liveText("main").includes("line 3\n"));
  assert.deepEqual(upstream.states, { main: "EXECUTING" });
  await go(agent);
  await running;
});

Deno.test("a stream that breaks is opened again, and no line is lost", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.answers.streamLogs = (entries) =>
    upstream.readLog(entries, upstream.live, () => {
      if (upstream.live.length <= 3) throw broken();
    });
  const loop = "for i in $(seq 200); do echo line $i; [ $((i % 10)) -ne 0 ] || sleep 0.02; done";
  upstream.commands = { commands: [script("main", [loop, "until [ -e go ]; do sleep 0.01; done"])] };
  const running = agent.run();
  await upstream.until(() => upstream.live.length > 3 && upstream.liveText("main").includes("line 200\n"));
  hasAllLines(upstream.liveText("main"), 200);
  await go(agent);
  await running;
  hasAllLines(upstream.savedText("main"), 200);
  assert.equal(upstream.savedText("main").split("\n").length, 200 + 3);
});

Deno.test("an upstream that restarts gets the lines that it missed", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  const wait = (file: string) => `until [ -e ${file} ]; do sleep 0.01; done`;
  const script_ = ["echo line 1", wait("second"), "echo line 2", "touch printed", wait("go"), "echo line 3"];
  upstream.commands = { commands: [script("main", script_)] };
  const running = agent.run();
  await upstream.until(() => upstream.liveText("main").includes("\nline 1\n"));
  await upstream.stop();
  await Deno.writeTextFile(`${agent.workingDirectory}/second`, "");
  await eventually(() => agent.hasFile("printed"));
  await upstream.listen();
  await upstream.until(() => upstream.liveText("main").includes("\nline 2\n"));
  await go(agent);
  assert.deepEqual(await running, { kind: "finished", passed: true });
  hasAllLines(upstream.liveText("main"), 3);
  hasAllLines(upstream.savedText("main"), 3);
});

Deno.test("an upstream that ends a stream early without an error gets another one", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.answers.streamLogs = async (entries) => {
    if (upstream.live.length > 0) return await upstream.readLog(entries, upstream.live);
    for await (const { value } of entries) if (value.case === "chunk") break;
    upstream.live.push({
      commandName: "first",
      raw: false,
      chunks: [],
      text: () => "",
      bytes: () => new Uint8Array(),
    });
    return { bytesLogged: 0n };
  };
  upstream.commands = { commands: [script("main", lines(5))] };
  const running = agent.run();
  await upstream.until(() => upstream.liveText("main").includes("line 5\n"));
  hasAllLines(upstream.liveText("main"), 5);
  await go(agent);
  await running;
});

Deno.test("an upstream that knows no live logs is asked once for each command, and gets the saved ones", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.answers.streamLogs = fail(Code.UNIMPLEMENTED);
  upstream.commands = { commands: [script("one", "true"), script("two", "true")] };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: true });
  assert.equal(upstream.events.filter((event) => event === "streamLogs").length, 2);
  assert.deepEqual([upstream.savedText("one"), upstream.savedText("two")], ["true\n", "true\n"]);
});

Deno.test("an upstream that ends finished streams with an error of its own has the log all the same", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  const thenFail =
    (into: typeof upstream.live) => async (entries: Parameters<typeof upstream.readLog>[0]) => {
      await upstream.readLog(entries, into);
      throw new RpcError(Code.UNKNOWN, "EOF");
    };
  upstream.answers.streamLogs = thenFail(upstream.live);
  upstream.answers.saveLogs = thenFail(upstream.saved);
  upstream.commands = { commands: [script("main", "true")] };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: true });
  assert.deepEqual(upstream.live.map((log) => log.text()), ["true\n"]);
  assert.deepEqual(upstream.saved.map((log) => log.text()), ["true\n"]);
});

Deno.test("a script does not wait for an upstream that takes no logs", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.answers.streamLogs = hang;
  upstream.commands = { commands: [script("main", "head -c 30000000 /dev/zero")] };
  const running = agent.run({ liveRestMs: 200 });
  assert.deepEqual(await running, { kind: "finished", passed: true });
  assert.ok(upstream.savedText("main").length > 30_000_000);
  assert.deepEqual(agent.leftovers(), []);
});

for (const compressLogs of [false, true]) {
  Deno.test(`a long log arrives whole, in chunks of at most 1 MiB, ${compressLogs ? "with" : "without"} gzip`, async () => {
    await using agent = await AgentUnderTest.create();
    const { upstream } = agent;
    const command = "seq 1 1500000";
    upstream.commands = { commands: [script("main", command)] };
    assert.deepEqual(await agent.run({ compressLogs }), { kind: "finished", passed: true });
    const expected = `${command}\n${Array.from({ length: 1_500_000 }, (_, i) => `${i + 1}\n`).join("")}`;
    assert.ok(upstream.liveText("main") === expected);
    assert.ok(upstream.savedText("main") === expected);
    const chunks = [...upstream.live, ...upstream.saved].flatMap((log) => log.chunks);
    assert.ok(Math.max(...chunks) <= 1024 * 1024);
  });
}
