import type { Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { requireWorkerInstance } from "../builds/task_definition.ts";
import { executionLock } from "../builds/task_properties.ts";

/** Amounts by the name of the resource. */
export type Resources = ReadonlyMap<string, number>;

/** What a task asks of a worker. */
export interface Requirements {
  /** Every one of them must be a label of the worker, with an equal value. */
  readonly labels: ReadonlyMap<string, string>;
  /** What the task holds while it runs. Empty: it asks for no resources, and shares a worker with nobody who does. */
  readonly resources: Resources;
  /** Tasks with one lock run one at a time, on whatever workers. */
  readonly lock?: string;
}

/** The requirements of a task for a persistent worker. */
export function requirementsOf(task: Task): Requirements {
  const { labels, resources } = requireWorkerInstance(task);
  const lock = executionLock(task);
  return {
    labels: new Map(Object.entries(labels)),
    resources: new Map(Object.entries(resources)),
    ...lock !== undefined && { lock },
  };
}

/** A text that is equal for equal requirements, and only for those. */
export function signatureOf(requirements: Requirements): string {
  const sorted = <T>(map: ReadonlyMap<string, T>) =>
    [...map].sort(([left], [right]) => left < right ? -1 : 1).map(([key, value]) => [key, String(value)]);
  return JSON.stringify([
    sorted(requirements.labels),
    sorted(requirements.resources),
    requirements.lock ?? null,
  ]);
}
