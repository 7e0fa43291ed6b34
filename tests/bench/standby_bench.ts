import { FakeProgram, IMAGE } from "../fakes/vm_program/fake_program.ts";
import type { BenchOptions, Figure } from "./figure.ts";
import { MockUpstream } from "./mock_upstream.ts";
import { WorkerProcess } from "./worker_process.ts";

/** Says of a machine of Tart what the task below says of its own. */
const CONFIG = `
resources: {slot: 2}
standby: {isolation: {tart: {image: "${IMAGE}"}}, resources: {slot: 1}}
`;

/**
 * From the moment a task with a virtual machine is queued until the upstream has its first line: with an instance that
 * waits for it, and without. The VM is a guest of namespaces, which boots at once. Needs root.
 */
export async function standby({ runs }: BenchOptions): Promise<Figure[]> {
  await using _program = await FakeProgram.install("tart");
  return [
    {
      name: "task queued to its first line, VM taken from standby",
      unit: "ms",
      values: await measure(CONFIG, runs),
      target: { most: 250 },
    },
    {
      name: "task queued to its first line, VM booted for it (by a stand-in of Tart)",
      unit: "ms",
      values: await measure(undefined, runs),
    },
  ];
}

async function measure(config: string | undefined, runs: number): Promise<number[]> {
  await using upstream = await MockUpstream.start();
  upstream.isolation = {
    type: { case: "tart", value: { image: IMAGE, user: "admin", password: "admin" } },
  };
  const registered = upstream.nextRegistration();
  await using _worker = await WorkerProcess.start({
    endpoint: upstream.endpoint,
    ...config !== undefined && { config },
  });
  await registered;
  const values: number[] = [];
  for (let run = 0; run < runs; run++) {
    if (config !== undefined) await upstream.standbyTold();
    await upstream.workerWaits();
    const queuedAt = performance.now();
    const task = upstream.assign("echo first");
    values.push(await task.firstLog - queuedAt);
    await task.stopped;
  }
  return values;
}
