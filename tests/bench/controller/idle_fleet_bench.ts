import type { Figure } from "../figure.ts";
import { pause, startFleet } from "./fleet.ts";

const WORKERS = 1_000;
const SETTLE_MS = 6_000;
const WATCH_MS = 20_000;

/** What a controller takes on which workers do nothing but poll. */
export async function idleFleet(): Promise<Figure[]> {
  await using fleet = await startFleet(WORKERS);
  const { controller } = fleet;
  await pause(SETTLE_MS);
  const [from, start] = [controller.cpuSeconds(), performance.now()];
  await pause(WATCH_MS);
  const share = (controller.cpuSeconds() - from) / ((performance.now() - start) / 1_000);
  const name = `controller of ${WORKERS} idle workers`;
  return [
    { name: `${name}: of one core`, unit: "%", values: [share * 100], target: { most: 30 } },
    { name: `${name}: Pss`, unit: "MB", values: [controller.memory() / 1e6], target: { most: 400 } },
  ];
}
