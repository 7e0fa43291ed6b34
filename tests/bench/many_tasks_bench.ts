import type { BenchOptions, Figure } from "./figure.ts";
import { MockUpstream, type TaskRecord } from "./mock_upstream.ts";
import { WorkerProcess } from "./worker_process.ts";

const TASKS = 20;

/** The memory of a worker that runs many tasks at once, and of the same worker before it had any. */
export async function manyTasks({ runs }: BenchOptions): Promise<Figure[]> {
  const busy: number[] = [];
  const idle: number[] = [];
  for (let run = 0; run < Math.ceil(runs / 3); run++) {
    const measured = await measure();
    idle.push(measured.idle / 1e6);
    busy.push(measured.busy / 1e6);
  }
  return [
    {
      name: "20 tasks at once, each `sleep`: Pss of worker and agents",
      unit: "MB",
      values: busy,
      go: "235",
      target: { most: 110 },
    },
    { name: "the same worker just registered", unit: "MB", values: idle },
  ];
}

async function measure(): Promise<{ idle: number; busy: number }> {
  await using upstream = await MockUpstream.start();
  const registered = upstream.nextRegistration();
  await using worker = await WorkerProcess.start({ endpoint: upstream.endpoint });
  await registered;
  const idle = worker.memory();
  const tasks = Array.from({ length: TASKS }, () => upstream.assign("echo started; sleep 5"));
  await Promise.all(tasks.map((task) => task.firstLog));
  const busy = worker.memory();
  await allStopped(tasks);
  return { idle, busy };
}

async function allStopped(tasks: readonly TaskRecord[]): Promise<void> {
  await Promise.all(tasks.map((task) => task.stopped));
}
