import { type BenchOptions, type Figure, percentile } from "./figure.ts";
import { MockUpstream } from "./mock_upstream.ts";
import { WorkerProcess } from "./worker_process.ts";

/** Enough for the 99th percentile to be one of the values. */
const TASKS_PER_RUN = 20;

/** From the moment a task is queued, while the worker is idle, until the upstream has its first line. */
export async function firstLine({ runs }: BenchOptions): Promise<Figure[]> {
  await using upstream = await MockUpstream.start();
  const registered = upstream.nextRegistration();
  await using _worker = await WorkerProcess.start({ endpoint: upstream.endpoint });
  await registered;
  const values: number[] = [];
  for (let count = 0; count < runs * TASKS_PER_RUN; count++) {
    await upstream.workerWaits();
    const queuedAt = performance.now();
    const task = upstream.assign("echo first");
    values.push(await task.firstLog - queuedAt);
    await task.stopped;
  }
  return [{
    name: "task queued to its first line at the upstream, worker idle (p99)",
    unit: "ms",
    values,
    go: "50-65, after up to 10,000 of waiting",
    target: { most: 100 },
    judge: (all) => percentile(all, 99),
  }];
}
