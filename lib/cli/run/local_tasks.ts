import { anyPack } from "@bufbuild/protobuf/wkt";
import { PersistentWorkerInstanceSchema, type Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { workerInstanceOf } from "../../controller/builds/task_definition.ts";

/** Tasks as they run on this machine, and what the machine offers them. */
export interface LocalTasks {
  readonly tasks: readonly Task[];
  readonly resources: Readonly<Record<string, number>>;
}

/** Apple lets a Mac run two VMs of macOS at once, and a VM takes a good part of a machine in any case. */
const TART_VM = "tart VM";
const TART_VMS = 2;

/**
 * Makes tasks of a pool into tasks of this machine. Labels choose among machines, and there is only this one, so
 * they do not count. Of each resource there is as much as the task that asks for the most: every task can run, and
 * those that do not fit together run one after the other. Of VMs of Tart there are two.
 */
export function localTasks(tasks: readonly Task[]): LocalTasks {
  const resources: Record<string, number> = {};
  const local = tasks.map((task) => {
    const worker = workerInstanceOf(task);
    if (worker === undefined) return task;
    const tart = worker.isolation?.type.case === "tart";
    const asked = {
      ...worker.resources,
      ...tart && { [TART_VM]: 1 },
    };
    for (const [name, amount] of Object.entries(asked)) {
      resources[name] = name === TART_VM ? TART_VMS : Math.max(resources[name] ?? 0, amount);
    }
    const instance = { ...worker, labels: {}, resources: asked };
    return { ...task, instance: anyPack(PersistentWorkerInstanceSchema, instance) };
  });
  return { tasks: local, resources };
}
