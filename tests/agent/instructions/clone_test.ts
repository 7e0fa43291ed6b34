import assert from "node:assert/strict";
import { join } from "node:path";
import type { ProjectSource } from "../../../lib/agent/project_source.ts";
import { AbortReason } from "../../../lib/async/abort_reason.ts";
import { AgentUnderTest, script } from "../agent_under_test.ts";

const clone = { name: "clone", instruction: { case: "cloneInstruction" as const, value: {} } };

Deno.test("the project is delivered into the working directory, and the log tells of it", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  const projectSource: ProjectSource = {
    async deliver({ machine, directory }, { log }) {
      log("Copying");
      await machine.files.write(join(directory, "README"), new TextEncoder().encode("hello"));
      log("Copied 1 file");
    },
  };
  upstream.commands = { commands: [clone, script("main", "cat README")] };
  assert.deepEqual(await agent.run({ projectSource }), { kind: "finished", passed: true });
  assert.equal(upstream.savedText("clone"), "Copying\nCopied 1 file\n");
  assert.match(upstream.savedText("main"), /hello$/);
});

Deno.test("a project that cannot be delivered fails the command and says why", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = { commands: [clone, script("main", "true")] };
  const projectSource = { deliver: () => Promise.reject(new Error("Copying the project: no space left")) };
  assert.deepEqual(await agent.run({ projectSource }), { kind: "finished", passed: false });
  assert.equal(upstream.savedText("clone"), "Copying the project: no space left\n");
  assert.deepEqual(upstream.states, { clone: "FAILED", main: "SKIPPED" });
});

Deno.test("a delivery is cancelled with the task", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  const cancel = new AbortController();
  upstream.commands = { commands: [clone] };
  const projectSource: ProjectSource = {
    deliver: (_, { log, signal }) => {
      log("Copying");
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  };
  const running = agent.run({ projectSource, signal: cancel.signal });
  await upstream.until(() => upstream.liveText("clone") !== "");
  cancel.abort(new AbortReason("cancelled", "Cancelled by the upstream"));
  assert.deepEqual(await running, { kind: "cancelled" });
  assert.deepEqual(upstream.states, { clone: "ABORTED" });
  assert.equal(upstream.savedText("clone"), "Copying\nCancelled by the upstream\n");
});
