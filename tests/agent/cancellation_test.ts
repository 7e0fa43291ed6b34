import assert from "node:assert/strict";
import { AbortReason } from "../../lib/async/abort_reason.ts";
import { Code } from "../../lib/rpc/code.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { Command_CommandExecutionBehavior as Behaviour } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { fail, hang } from "../fakes/upstream_workers.ts";
import { AgentUnderTest, script } from "./agent_under_test.ts";

const stop = () => new AbortReason("cancelled", "Cancelled by the upstream");

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

Deno.test("a task cancelled before its commands are known is over at once", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  const cancel = new AbortController();
  upstream.answers.initialCommands = hang;
  const running = agent.run({ signal: cancel.signal });
  await upstream.until(() => upstream.events.includes("initialCommands"));
  cancel.abort(stop());
  assert.deepEqual(await running, { kind: "cancelled" });
  assert.deepEqual([upstream.updates, upstream.finished], [[], []]);
});

Deno.test("a task cancelled while it waits to ask again is over at once", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  const cancel = new AbortController();
  upstream.answers.initialCommands = fail(Code.UNAVAILABLE);
  const running = agent.run({ signal: cancel.signal, commandsRetryMs: 1_000_000 });
  await upstream.until(() => upstream.events.includes("initialCommands"));
  cancel.abort(stop());
  assert.deepEqual(await running, { kind: "cancelled" });
});

Deno.test("a task cancelled before it begins asks for nothing", async () => {
  await using agent = await AgentUnderTest.create();
  assert.deepEqual(await agent.run({ signal: AbortSignal.abort(stop()) }), { kind: "cancelled" });
  assert.ok(!agent.upstream.events.includes("initialCommands"));
});

Deno.test("a cancelled script is ended with all that it started, the rest is skipped, and the end is reported", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  const cancel = new AbortController();
  upstream.commands = {
    timeoutInSeconds: 60n,
    commands: [
      script("before", "true"),
      script("runs", "sleep 1000 & echo here; wait"),
      script("next", "true"),
      script("always", "true", Behaviour.ALWAYS),
    ],
  };
  const running = agent.run({ signal: cancel.signal });
  await upstream.until(() => upstream.liveText("runs").includes("\nhere\n"));
  cancel.abort(stop());
  assert.deepEqual(await running, { kind: "cancelled" });
  const states = { before: "COMPLETED", runs: "ABORTED", next: "SKIPPED", always: "SKIPPED" };
  assert.deepEqual(upstream.states, states);
  assert.deepEqual(upstream.finished[0]?.commandResults.map(({ name }) => name), Object.keys(states));
  assert.match(upstream.savedText("runs"), /\nhere\nCancelled by the upstream\n$/);
  assert.deepEqual(agent.leftovers(), []);
});

Deno.test("a cancelled task ends its background scripts and delivers their logs", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  const cancel = new AbortController();
  upstream.commands = {
    commands: [
      {
        name: "background",
        instruction: {
          case: "backgroundScriptInstruction",
          value: { scripts: ["echo $$ > pid; echo started; sleep 1000"] },
        },
      },
      script("runs", "until [ -s pid ]; do sleep 0.01; done; echo here; sleep 1000"),
    ],
  };
  const running = agent.run({ signal: cancel.signal });
  await upstream.until(() => upstream.liveText("runs").includes("\nhere\n"));
  const pid = (await Deno.readTextFile(`${agent.workingDirectory}/pid`)).trim();
  cancel.abort(stop());
  assert.deepEqual(await running, { kind: "cancelled" });
  assert.deepEqual(upstream.states, { background: "COMPLETED", runs: "ABORTED" });
  assert.match(upstream.savedText("background"), /\nstarted\n/);
  assert.equal(await exists(`/proc/${pid}`), false);
});

Deno.test("a task cancelled at its end does not wait for an upstream that takes no logs", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  const cancel = new AbortController();
  upstream.answers.saveLogs = hang;
  upstream.commands = { commands: [script("one", "true")] };
  const running = agent.run({ signal: cancel.signal, cancelledFlushMs: 50 });
  await upstream.until(() => upstream.events.includes("saveLogs"));
  cancel.abort(stop());
  assert.deepEqual(await running, { kind: "cancelled" });
  assert.equal(upstream.finished.length, 1);
  assert.deepEqual(agent.leftovers(), []);
});

Deno.test("a cancelled task reports its end again when that fails first", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  const cancel = new AbortController();
  upstream.commands = { commands: [script("runs", "echo here; sleep 1000")] };
  upstream.answers.reportAgentFinished = () =>
    upstream.finished.length === 1 ? Promise.reject(new Error("as the test asked")) : Promise.resolve({});
  const running = agent.run({ signal: cancel.signal });
  await upstream.until(() => upstream.liveText("runs").includes("\nhere\n"));
  cancel.abort(stop());
  assert.deepEqual(await running, { kind: "cancelled" });
  assert.equal(upstream.finished.length, 2);
});

Deno.test("a machine that is lost under a script fails the command, and the outcome tells it apart", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream, machine } = agent;
  const lost = new AbortReason("lost", "The VM went away");
  const lose = new AbortController();
  const breaking = {
    platform: machine.platform,
    workingDirectory: machine.workingDirectory,
    environment: machine.environment,
    files: machine.files,
    expose: () => Promise.reject(lost),
    spawn: async (...[command, options]: Parameters<typeof machine.spawn>) => {
      const process = await machine.spawn(command, {
        signal: AbortSignal.any([options.signal, lose.signal]),
      });
      const status = process.status.then((status) => lose.signal.aborted ? Promise.reject(lost) : status);
      return { output: process.output, status };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  upstream.commands = {
    commands: [script("runs", "echo here; sleep 1000"), script("always", "true", Behaviour.ALWAYS)],
  };
  const running = agent.run({ machine: breaking });
  await upstream.until(() => upstream.liveText("runs").includes("\nhere\n"));
  lose.abort(lost);
  assert.deepEqual(await running, { kind: "machineLost", message: "The machine was lost: The VM went away" });
  assert.deepEqual(upstream.states, { runs: "FAILED", always: "SKIPPED" });
  assert.match(upstream.savedText("runs"), /\nThe machine was lost: The VM went away\n$/);
});

Deno.test("a command that goes on although it is to end is given up, and its machine is lost", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream, machine } = agent;
  const writing = Promise.withResolvers<void>();
  const stuck: Machine = {
    platform: machine.platform,
    workingDirectory: machine.workingDirectory,
    environment: machine.environment,
    files: {
      temporaryDirectory: machine.files.temporaryDirectory,
      makeDirectory: (path) => machine.files.makeDirectory(path),
      remove: (path) => machine.files.remove(path),
      write: () => {
        writing.resolve();
        return new Promise(() => {});
      },
      read: () => Promise.reject(new Error("unused")),
      list: () => machine.files.list("/nowhere"),
      pack: () => Promise.reject(new Error("unused")),
      unpack: () => Promise.reject(new Error("unused")),
      copyFromHost: () => Promise.reject(new Error("unused")),
    },
    spawn: (command, options) => machine.spawn(command, options),
    expose: (port) => machine.expose(port),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const source = { case: "fromContents", value: "text" } as const;
  upstream.commands = {
    commands: [
      {
        name: "file",
        instruction: { case: "fileInstruction", value: { destinationPath: "a/b", source } },
      },
    ],
  };
  const cancel = new AbortController();
  const running = agent.run({ machine: stuck, endMs: 50, signal: cancel.signal });
  await writing.promise;
  cancel.abort(stop());
  const message = "The machine was lost: it did not end file within 0.05 s of being told to";
  assert.deepEqual(await running, { kind: "machineLost", message });
  assert.equal(upstream.finished.length, 1);
  assert.ok(upstream.savedText("file").includes(message));
});
