import { AbortReason } from "../../../lib/async/abort_reason.ts";
import { type BareWorkerOptions, runBareWorker } from "./bare_worker.ts";
import { ControllerProcess, type ControllerProcessOptions } from "./controller_process.ts";

/** A controller with many workers, all of them in this process. */
export interface Fleet extends AsyncDisposable {
  readonly controller: ControllerProcess;
}

/** Resolves once every worker has polled. */
export async function startFleet(
  size: number,
  options: Partial<BareWorkerOptions> & Omit<ControllerProcessOptions, "dataDirectory"> = {},
): Promise<Fleet> {
  const dataDirectory = await Deno.makeTempDir({ prefix: "cirrus-bench-" });
  const controller = await ControllerProcess.start({ ...options, dataDirectory });
  const ending = new AbortController();
  const names = Array.from({ length: size }, (_, index) => `worker-${index}`);
  const workers = Promise.all(
    names.map((name) => runBareWorker({ ...options, controller, name, signal: ending.signal })),
  );
  workers.catch((error) => console.error("A worker failed:", error));
  while ((await controller.client.workers()).length < size) await pause(100);
  return {
    controller,
    async [Symbol.asyncDispose]() {
      ending.abort(new AbortReason("finished", "The bench is over"));
      await controller[Symbol.asyncDispose]();
      await workers.catch(() => {});
      await Deno.remove(dataDirectory, { recursive: true });
    },
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
