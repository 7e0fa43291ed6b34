import type { Figure } from "../figure.ts";
import { pause, startFleet } from "./fleet.ts";

const WORKERS = 20;
const WARM_UP = 200;
const TASKS = 1_000;

/** How many tasks a controller on one core brings to their end when there are always more of them. */
export async function throughput(): Promise<Figure[]> {
  let assigned = 0;
  await using fleet = await startFleet(WORKERS, { oneCore: true, onAssigned: () => void assigned++ });
  const { controller } = fleet;
  await controller.submit(WARM_UP);
  while (assigned < WARM_UP) await pause(20);
  await controller.submit(TASKS);
  const [before, from, start] = [assigned, controller.cpuSeconds(), performance.now()];
  while (assigned < WARM_UP + TASKS) await pause(5);
  const seconds = (performance.now() - start) / 1_000;
  const cpuSeconds = controller.cpuSeconds() - from;
  const done = assigned - before;
  const name = `${WORKERS} workers, tasks of one \`true\``;
  return [
    { name: `${name}: finished per second`, unit: "tasks/s", values: [done / seconds] },
    {
      name: `${name}: processor time of the controller for each`,
      unit: "ms",
      values: [cpuSeconds * 1_000 / done],
    },
    {
      name: `${name}: its share of the core, which is what holds it where that is near 100`,
      unit: "%",
      values: [cpuSeconds / seconds * 100],
    },
  ];
}
