import assert from "node:assert/strict";
import { ResourceRecorder } from "../../../lib/agent/resources/resource_recorder.ts";
import { silentLogger } from "../../../lib/logging/logger.ts";
import type { Machine, MachineFiles } from "../../../lib/machine/machine.ts";
import { eventually } from "../../helpers/eventually.ts";
import { AgentUnderTest, script } from "../agent_under_test.ts";

const onLinux = { ignore: Deno.build.os !== "linux" };

/** The agent's machine, but for what is changed. */
function on(agent: AgentUnderTest, changed: Partial<Machine>): Machine {
  const { platform, workingDirectory, environment, files } = agent.machine;
  return {
    platform,
    workingDirectory,
    environment,
    files,
    spawn: (...args) => agent.machine.spawn(...args),
    expose: (...args) => agent.machine.expose(...args),
    [Symbol.asyncDispose]: () => Promise.resolve(),
    ...changed,
  };
}

/** Files whose reads are told to `onRead`. */
function watched(files: MachineFiles, onRead: (path: string) => void): MachineFiles {
  return {
    temporaryDirectory: files.temporaryDirectory,
    read: (path) => {
      onRead(path);
      return files.read(path);
    },
    write: (...args) => files.write(...args),
    makeDirectory: (...args) => files.makeDirectory(...args),
    remove: (...args) => files.remove(...args),
    list: (...args) => files.list(...args),
    pack: (...args) => files.pack(...args),
    unpack: (...args) => files.unpack(...args),
    copyFromHost: (...args) => files.copyFromHost(...args),
  };
}

Deno.test("processors and memory in use are recorded while a task runs", onLinux, async () => {
  await using agent = await AgentUnderTest.create();
  using recorder = new ResourceRecorder(agent.machine, { logger: silentLogger });
  await eventually(() => (recorder.utilization?.cpuChart?.length ?? 0) > 0);
  const { cpuChart = [], memoryChart, cpuTotal = 0, memoryTotal = 0 } = recorder.utilization ?? {};
  assert.ok(cpuTotal >= 1);
  const [cpu, memory] = [cpuChart[0]?.value ?? NaN, memoryChart?.[0]?.value ?? NaN];
  assert.ok(cpu >= 0 && cpu <= cpuTotal, `${cpu} of ${cpuTotal} processors`);
  assert.ok(memory > 0 && memory < memoryTotal, `${memory} of ${memoryTotal} bytes`);
});

Deno.test("the report of the end tells how busy the machine was", onLinux, async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  const reads: string[] = [];
  const files = watched(agent.machine.files, (path) => reads.push(path));
  upstream.commands = { commands: [script("main", "until [ -e go ]; do sleep 0.01; done")] };
  const running = agent.run({ machine: on(agent, { files }) });
  await eventually(() => reads.filter((path) => path === "/proc/stat").length >= 2);
  await Deno.writeTextFile(`${agent.workingDirectory}/go`, "");
  await running;
  assert.ok((upstream.finished[0]?.resourceUtilization?.memoryTotal ?? 0) > 0);
});

Deno.test("of a machine that is no Linux nothing is reported", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = { commands: [script("main", "true")] };
  await agent.run({ machine: on(agent, { platform: { os: "darwin", arch: "arm64" } }) });
  assert.equal(upstream.finished[0]?.resourceUtilization, undefined);
});
