import type { Requirements, Resources } from "./requirements.ts";

/** What the scheduler knows of a worker. */
export interface WorkerCapacity {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  /** All the resources that the worker has. */
  readonly totals: Resources;
  /** What is taken of them, by tasks of other upstreams too. */
  readonly inUse: Resources;
  /** How many of our tasks with resources the worker has. */
  readonly tasksWithResources: number;
  /** How many of our tasks without resources the worker has. */
  readonly tasksWithoutResources: number;
  /** A disabled worker gets nothing. */
  readonly disabled: boolean;
}

/** Whether a task can start on a worker now, or what is in the way. */
export type Fit =
  | { readonly kind: "fits" }
  /** The worker's label has another value, or is missing. */
  | { readonly kind: "label"; readonly label: string; readonly wanted: string; readonly actual?: string }
  /** The worker has not so much of a resource, whatever runs there. */
  | { readonly kind: "resource"; readonly resource: string; readonly wanted: number; readonly total: number }
  | { readonly kind: "disabled" }
  /** Not so much of a resource is free now. */
  | { readonly kind: "full"; readonly resource: string; readonly wanted: number; readonly free: number }
  /** A task with the same lock is with a worker. */
  | { readonly kind: "locked"; readonly lock: string }
  /** What runs there shares the worker with no such task. */
  | { readonly kind: "occupied"; readonly tasks: number };

export interface FitOptions {
  /** How many tasks without resources a worker runs at once. */
  readonly maxTasksWithoutResources: number;
}

/** Sums of fractions such as 0.1 + 0.2 are a little off: this much of a total does not count. */
const ROUNDING = 1e-9;

/** Tells whether a task can start on a worker. A worker has either tasks without resources or tasks with them. */
export function fit(requirements: Requirements, worker: WorkerCapacity, options: FitOptions): Fit {
  for (const [label, wanted] of requirements.labels) {
    const actual = worker.labels.get(label);
    if (actual !== wanted) {
      return actual === undefined
        ? { kind: "label", label, wanted }
        : { kind: "label", label, wanted, actual };
    }
  }
  for (const [resource, wanted] of requirements.resources) {
    const total = worker.totals.get(resource) ?? 0;
    if (!covers(total, wanted)) return { kind: "resource", resource, wanted, total };
  }
  if (worker.disabled) return { kind: "disabled" };
  return requirements.resources.size === 0 ? fitAlone(worker, options) : fitBeside(requirements, worker);
}

/** Whether only what runs there now keeps the task from starting. */
export function isBusy(result: Fit): boolean {
  return result.kind === "full" || result.kind === "occupied";
}

function fitAlone(worker: WorkerCapacity, options: FitOptions): Fit {
  const { tasksWithResources, tasksWithoutResources } = worker;
  const taken = tasksWithResources > 0 || [...worker.inUse.values()].some((amount) => amount > ROUNDING);
  return !taken && tasksWithoutResources < options.maxTasksWithoutResources
    ? { kind: "fits" }
    : { kind: "occupied", tasks: tasksWithResources + tasksWithoutResources };
}

function fitBeside(requirements: Requirements, worker: WorkerCapacity): Fit {
  if (worker.tasksWithoutResources > 0) return { kind: "occupied", tasks: worker.tasksWithoutResources };
  for (const [resource, wanted] of requirements.resources) {
    const free = (worker.totals.get(resource) ?? 0) - (worker.inUse.get(resource) ?? 0);
    if (!covers(free, wanted)) return { kind: "full", resource, wanted, free: Math.max(0, free) };
  }
  return { kind: "fits" };
}

/** A negative amount asks for nothing; what is not a number is never there. */
function covers(available: number, wanted: number): boolean {
  return wanted <= 0 || wanted <= available + ROUNDING * Math.max(1, available);
}
