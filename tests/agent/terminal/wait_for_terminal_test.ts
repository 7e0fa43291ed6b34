import assert from "node:assert/strict";
import { AbortReason } from "../../../lib/async/abort_reason.ts";
import { FakeTerminalServer } from "../../fakes/terminal_server.ts";
import { Sleeper } from "../../process/shell.ts";
import { AgentUnderTest, script } from "../agent_under_test.ts";

const SIZE = { widthColumns: 100, heightRows: 30 };

/** A task that waits for those who have a shell in it, and a terminal server that it can be reached by. */
async function start() {
  await using resources = new AsyncDisposableStack();
  const server = resources.use(await FakeTerminalServer.start());
  const agent = resources.use(await AgentUnderTest.create());
  const { upstream } = agent;
  const attached: { locator: string; trustedSecret: string }[] = [];
  const lifecycle: (string | undefined)[] = [];
  upstream.answers.reportTerminalAttached = ({ locator, trustedSecret }) => {
    attached.push({ locator, trustedSecret });
    return Promise.resolve({});
  };
  upstream.answers.reportTerminalLifecycle = ({ lifecycle: { case: what } }) => {
    lifecycle.push(what);
    return Promise.resolve({});
  };
  const wait = (address = server.endpoint) => ({
    name: "wait",
    instruction: {
      case: "waitForTerminalInstruction" as const,
      value: { terminalServerAddress: address },
    },
  });
  const owned = resources.move();
  return {
    agent,
    upstream,
    server,
    attached,
    lifecycle,
    wait,
    /** Gives the task these commands and seconds of quiet to wait for. */
    commands(commands: ReturnType<typeof script>[], seconds: number) {
      upstream.commands = {
        environment: { CIRRUS_TERMINAL_EXPIRATION_WINDOW: String(seconds), GREETING: "hello" },
        commands,
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const posix = { ignore: Deno.build.os === "windows" };

Deno.test("a task goes on once nobody has done anything in its terminal for the time that it says", async () => {
  await using it = await start();
  it.commands([it.wait(), script("next", "true")], 1);
  assert.deepEqual(await it.agent.run(), { kind: "finished", passed: true });
  assert.deepEqual(it.upstream.states, { wait: "COMPLETED", next: "COMPLETED" });
  assert.deepEqual(it.attached, [{ locator: "locator-1", trustedSecret: it.server.secrets[0] }]);
  assert.match(it.server.secrets[0] ?? "", /^[0-9a-f]{64}$/);
  assert.deepEqual(it.lifecycle, ["started", "expiring"]);
  assert.match(it.upstream.savedText("wait"), /^Waiting .* to be inactive for at least 1\.0 seconds\.\.\.$/m);
  assert.deepEqual(it.agent.leftovers(), []);
});

Deno.test(
  "people work in the task's machine, with its variables, on a terminal of their window's size",
  posix,
  async () => {
    await using it = await start();
    it.commands([script("first", "echo here > file"), it.wait()], 600);
    const cancel = new AbortController();
    const running = it.agent.run({ signal: cancel.signal });
    await it.upstream.until(() => it.lifecycle.includes("expiring"));
    const shell = await it.server.open(SIZE);
    shell.type("cat file; echo $GREETING $((1 + 1)); pwd; stty size; tty; echo $TERM$CIRRUS_TERMINAL.\n");
    await shell.prints(/here\r\nhello 2\r\n\S+work\r\n30 100\r\n\/dev\/\S+\r\nxterm-256color\.\r\n/);
    shell.resize({ widthColumns: 132, heightRows: 43 });
    shell.type("until [ \"$(stty size)\" = '43 132' ]; do sleep 0.05; done; echo re''sized\n");
    await shell.prints(/resized/);
    const sleeper = new Sleeper();
    shell.type(`${sleeper.command} & echo st''arted; exit\n`);
    await shell.prints(/started/);
    await shell.closed;
    cancel.abort(new AbortReason("cancelled", "stop"));
    assert.deepEqual(await running, { kind: "cancelled" });
    assert.equal(await sleeper.count(), 0);
    assert.deepEqual(it.agent.leftovers(), []);
  },
);

Deno.test("a shell can be had from the task's beginning on, and ends with the task", posix, async () => {
  await using it = await start();
  it.commands([script("first", "until [ -e go ]; do sleep 0.05; done"), it.wait()], 1);
  const running = it.agent.run();
  await it.upstream.until(() => it.lifecycle.includes("started"));
  const shell = await it.server.open(SIZE);
  shell.type("touch go\n");
  assert.deepEqual(await running, { kind: "finished", passed: true });
  await shell.closed;
  assert.deepEqual(it.agent.leftovers(), []);
});

Deno.test("who does something keeps the task, and who leaves has the shell ended", posix, async () => {
  await using it = await start();
  it.commands([script("first", "until [ -e go ]; do sleep 0.05; done"), it.wait()], 1);
  const running = it.agent.run();
  await it.upstream.until(() => it.lifecycle.includes("started"));
  const shell = await it.server.open(SIZE);
  const sleeper = new Sleeper();
  shell.type(`${sleeper.command} & touch go; echo st''arted\n`);
  await shell.prints(/started/);
  const typing = setInterval(() => shell.type("\n"), 100);
  await it.upstream.until(() => it.lifecycle.length === 3);
  clearInterval(typing);
  assert.deepEqual(it.lifecycle, ["started", "expiring", "expiring"]);
  shell.leave();
  assert.deepEqual(await running, { kind: "finished", passed: true });
  assert.equal(await sleeper.count(), 0);
});

Deno.test("a terminal server that refuses or loses the machine is asked again", async () => {
  await using it = await start();
  it.server.refusals = 1;
  it.commands([it.wait()], 600);
  const cancel = new AbortController();
  const running = it.agent.run({ signal: cancel.signal, terminalRetryMs: 10 });
  await it.upstream.until(() => it.attached.length === 1);
  it.server.drop();
  await it.upstream.until(() => it.attached.length === 2);
  cancel.abort(new AbortReason("cancelled", "stop"));
  assert.deepEqual(await running, { kind: "cancelled" });
  assert.deepEqual(it.attached.map(({ locator }) => locator), ["locator-1", "locator-2"]);
});

Deno.test("without a terminal server the command fails and says what to do", async () => {
  await using it = await start();
  it.commands([it.wait("")], 1);
  assert.deepEqual(await it.agent.run(), { kind: "finished", passed: false });
  assert.match(it.upstream.savedText("wait"), /the instruction names no terminal server.*; run one/);
});

Deno.test("a window that is no number of seconds fails the command", async () => {
  await using it = await start();
  it.upstream.commands = {
    environment: { CIRRUS_TERMINAL_EXPIRATION_WINDOW: "15m" },
    commands: [it.wait()],
  };
  assert.deepEqual(await it.agent.run(), { kind: "finished", passed: false });
  assert.match(it.upstream.savedText("wait"), /CIRRUS_TERMINAL_EXPIRATION_WINDOW is "15m": it must be/);
});
