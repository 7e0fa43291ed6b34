import { describeFit } from "../scheduler/describe_fit.ts";
import { type Fit, fit, type FitOptions, isBusy } from "../scheduler/fit.ts";
import type { WaitingTask } from "../scheduler/waiting_queue.ts";
import type { Assignments } from "./assignments.ts";
import type { Pool } from "./pool.ts";
import type { TaskQueue } from "./task_queue.ts";

/** Why a worker has not taken a waiting task. */
export interface WaitReason {
  readonly worker: string;
  /** How the task and the worker go together, whether the worker is there or not. */
  readonly fit: Fit;
  /** Whether the worker is connected. */
  readonly live: boolean;
  /** When it called last, in milliseconds since 1970. */
  readonly lastSeenAt: number;
  /** The reason in a few words. */
  readonly text: string;
}

/** Tells of each worker why it has not taken a waiting task. */
export function explainWait(
  task: WaitingTask,
  options: {
    readonly pool: Pool;
    readonly queue: TaskQueue;
    readonly assignments: Pick<Assignments, "isLocked">;
    readonly fit: FitOptions;
    readonly now: number;
  },
): WaitReason[] {
  const { pool, queue, assignments, now } = options;
  const { lock } = task.requirements;
  const locked = lock !== undefined && assignments.isLocked(lock)
    ? { kind: "locked", lock } as const
    : undefined;
  return [...pool.workers].map((worker) => {
    const inItself = fit(task.requirements, worker.capacity(), options.fit);
    const live = pool.isLive(worker);
    const able = inItself.kind === "fits" || isBusy(inItself);
    const result = able ? locked ?? inItself : inItself;
    const seconds = Math.max(0, Math.round((now - worker.lastSeenAt) / 1_000));
    const text = able && !live
      ? `not connected, last seen ${seconds} s ago`
      : result.kind === "fits" && queue.heldWorkers.includes(worker.name)
      ? "kept free for a task that came first"
      : describeFit(result);
    return { worker: worker.name, fit: result, live, lastSeenAt: worker.lastSeenAt, text };
  });
}

/** What is said of each worker as one text, of ten workers at most. */
export function listWorkers(reasons: readonly { readonly worker: string; readonly text: string }[]): string {
  if (reasons.length === 0) return "no worker has ever connected";
  const shown = reasons.slice(0, 10).map(({ worker, text }) => `${worker}: ${text}`);
  return [...shown, ...(reasons.length > 10 ? [`and ${reasons.length - 10} more workers`] : [])].join("; ");
}
