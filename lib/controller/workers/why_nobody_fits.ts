import { describeFit } from "../scheduler/describe_fit.ts";
import { type Fit, fit, type FitOptions } from "../scheduler/fit.ts";
import type { Requirements } from "../scheduler/requirements.ts";
import { listWorkers } from "./explain_wait.ts";
import type { PoolWorker } from "./pool_worker.ts";

/**
 * Why no worker that was ever here can take a task, however long it waits; undefined when one can, be it away, disabled
 * or busy.
 */
export function whyNobodyFits(
  requirements: Requirements,
  { workers, fit: options }: { readonly workers: Iterable<PoolWorker>; readonly fit: FitOptions },
): string | undefined {
  const reasons: { worker: string; text: string }[] = [];
  for (const worker of workers) {
    const result = fit(requirements, worker.capacity(), options);
    if (!isForGood(result)) return undefined;
    reasons.push({ worker: worker.name, text: describeFit(result) });
  }
  return listWorkers(reasons);
}

/** Whether the worker would have to be another one. */
function isForGood({ kind }: Fit): boolean {
  return kind === "label" || kind === "resource";
}
