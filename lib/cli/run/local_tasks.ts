import { anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import { PersistentWorkerInstanceSchema, type Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";

/** Tasks as they run on this machine, and what the machine offers them. */
export interface LocalTasks {
  readonly tasks: readonly Task[];
  readonly resources: Readonly<Record<string, number>>;
}

/**
 * Makes tasks of a pool into tasks of this machine. Labels choose among machines, and there is only this one, so
 * they do not count. Of each resource there is as much as the task that asks for the most: every task can run, and
 * those that do not fit together run one after the other.
 */
export function localTasks(tasks: readonly Task[]): LocalTasks {
  const resources: Record<string, number> = {};
  const local = tasks.map((task) => {
    const worker = task.instance && anyUnpack(task.instance, PersistentWorkerInstanceSchema);
    if (worker === undefined) return task;
    for (const [name, amount] of Object.entries(worker.resources)) {
      resources[name] = Math.max(resources[name] ?? 0, amount);
    }
    return { ...task, instance: anyPack(PersistentWorkerInstanceSchema, { ...worker, labels: {} }) };
  });
  return { tasks: local, resources };
}
