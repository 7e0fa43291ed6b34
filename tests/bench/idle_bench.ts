import type { Figure } from "./figure.ts";
import { MockUpstream } from "./mock_upstream.ts";
import { WorkerProcess } from "./worker_process.ts";

const SETTLE_MS = 3_000;
const WATCH_MS = 30_000;

/** The processor time of a worker that has nothing to do but poll. */
export async function idle(): Promise<Figure[]> {
  await using upstream = await MockUpstream.start();
  const registered = upstream.nextRegistration();
  await using worker = await WorkerProcess.start({ endpoint: upstream.endpoint });
  await registered;
  await pause(SETTLE_MS);
  const [from, start] = [worker.cpuSeconds(), performance.now()];
  await pause(WATCH_MS);
  const share = (worker.cpuSeconds() - from) / ((performance.now() - start) / 1000);
  return [{ name: "idle worker", unit: "%", values: [share * 100], target: { most: 0.5 } }];
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
