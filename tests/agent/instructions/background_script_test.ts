import assert from "node:assert/strict";
import { AgentUnderTest, type CommandInit, script } from "../agent_under_test.ts";

function background(name: string, ...scripts: string[]): CommandInit {
  return { name, instruction: { case: "backgroundScriptInstruction", value: { scripts } } };
}

Deno.test("a background script counts as completed once started, and runs until the task ends", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = {
    commands: [
      background(
        "server",
        "echo $$ > pid; echo up; while true; do sleep 0.01; [ -e ask ] && echo answer > reply; done",
      ),
      script("client", [
        "until [ -s pid ]; do sleep 0.01; done",
        "touch ask",
        "until [ -s reply ]; do sleep 0.01; done",
      ]),
    ],
  };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: true });
  const events = upstream.events.filter((event) => event.includes(" "));
  assert.ok(events.indexOf("server COMPLETED") < events.indexOf("client COMPLETED"));
  const pid = (await Deno.readTextFile(`${agent.workingDirectory}/pid`)).trim();
  await assert.rejects(Deno.lstat(`/proc/${pid}`), Deno.errors.NotFound);
  assert.match(upstream.savedText("server"), /\nup\n/);
  assert.equal(upstream.liveText("server"), upstream.savedText("server"));
  assert.deepEqual(agent.leftovers(), []);
});

Deno.test("a background script's log is live while other commands run", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = {
    commands: [
      background("server", "echo up; sleep 1000"),
      script("client", "until [ -e go ]; do sleep 0.01; done"),
    ],
  };
  const running = agent.run();
  await upstream.until(() => upstream.liveText("server").endsWith("\nup\n"));
  await Deno.writeTextFile(`${agent.workingDirectory}/go`, "");
  assert.deepEqual(await running, { kind: "finished", passed: true });
});

Deno.test("a background script that fails on its own fails nothing, its log says how", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = {
    commands: [background("server", "exit 42"), script("client", "until [ -e go ]; do sleep 0.01; done")],
  };
  const running = agent.run();
  await upstream.until(() => upstream.savedText("server") !== "");
  await Deno.writeTextFile(`${agent.workingDirectory}/go`, "");
  assert.deepEqual(await running, { kind: "finished", passed: true });
  assert.equal(upstream.savedText("server"), "exit 42\nExit status: 42\n");
});

Deno.test("a background script that cannot be started fails its command", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = {
    environment: { CIRRUS_SHELL: "no-such-shell" },
    commands: [background("server", "true")],
  };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: false });
  assert.deepEqual(upstream.states, { server: "FAILED" });
  assert.match(upstream.savedText("server"), /no-such-shell/);
});
