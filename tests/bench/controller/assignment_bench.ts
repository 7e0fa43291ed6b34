import { type Figure, percentile } from "../figure.ts";
import { pause, startFleet } from "./fleet.ts";

const WORKERS = 200;
const TASKS_PER_SECOND = 50;
const SECONDS = 10;

/** How long tasks wait that come at a steady rate while most workers are idle. */
export async function assignment(): Promise<Figure[]> {
  const assignedAt = new Map<string, number>();
  const onAssigned = (taskId: string) => void assignedAt.set(taskId, Date.now());
  await using fleet = await startFleet(WORKERS, { onAssigned });
  const { controller } = fleet;
  await controller.submit(WORKERS);
  while (assignedAt.size < WORKERS) await pause(50);
  // What is left of the first tasks would be measured, too.
  while ((await controller.client.workers()).some(({ tasks }) => tasks.length > 0)) {
    await pause(50);
  }

  const start = performance.now();
  const submitted: Promise<string[]>[] = [];
  for (let sent = 0; sent < TASKS_PER_SECOND * SECONDS; sent++) {
    await pause(Math.max(0, start + sent * 1_000 / TASKS_PER_SECOND - performance.now()));
    submitted.push(controller.submit(1));
  }
  const ids = (await Promise.all(submitted)).flat();
  while (!ids.every((id) => assignedAt.has(id))) await pause(50);
  const waits: number[] = [];
  for (const id of ids) {
    const { queuedAt } = await controller.client.findTask(id);
    waits.push((assignedAt.get(id) ?? NaN) - Date.parse(queuedAt ?? ""));
  }
  return [{
    name: `${WORKERS} workers, ${TASKS_PER_SECOND} tasks/s: queued to assigned, p99 beside the median`,
    unit: "ms",
    values: waits,
    target: { most: 100 },
    judge: (values) => percentile(values, 99),
  }];
}
