import type { WorkerStatus } from "../../workers/workers.ts";
import type { WorkerBody } from "../schemas.ts";
import { toTime } from "./time.ts";

/** A worker as the API shows it. */
export function workerBody(worker: WorkerStatus): WorkerBody {
  const { name, labels, resources, resourcesInUse, disabled, live, lastSeenAt, tasks } = worker;
  const version = labels.get("version");
  return {
    name,
    ...version !== undefined && { version },
    labels: Object.fromEntries(labels),
    resources: Object.fromEntries(resources),
    resourcesInUse: Object.fromEntries(resourcesInUse),
    disabled,
    live,
    lastSeenAt: toTime(lastSeenAt),
    tasks: [...tasks],
  };
}
