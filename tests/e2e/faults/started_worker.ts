import { TOKEN } from "../../controller/raw_worker.ts";
import type { Playground } from "../playground.ts";
import type { RunningProgram } from "../running_program.ts";

/** Starts `cirrus worker run` as a process of its own; workers of one playground are on one host. */
export function startWorkerProcess(
  place: Playground,
  options: { readonly endpoint: string; readonly name: string },
): RunningProgram {
  const { endpoint, name } = options;
  return place.start(["worker", "run", "--rpc-endpoint", endpoint, "--name", name], {
    CIRRUS_WORKER_TOKEN: TOKEN,
  });
}

/** Asks a worker to end, which it does once its tasks have. */
export async function drain(worker: RunningProgram): Promise<void> {
  worker.kill("SIGTERM");
  await worker.ended;
}
