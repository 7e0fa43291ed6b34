import { create } from "@bufbuild/protobuf";
import { anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import {
  Isolation_TartSchema,
  IsolationSchema,
  MacOSInstanceSchema,
  PersistentWorkerInstanceSchema,
  type Task,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";

/** Makes tasks with a `macos_instance` into tasks of this machine's worker with such a VM of Tart for their isolation. */
export function macosTasks(tasks: readonly Task[]): Task[] {
  return tasks.map((task) => {
    const macos = task.instance && anyUnpack(task.instance, MacOSInstanceSchema);
    if (macos === undefined) return task;
    const { image, user, password, cpu, memory } = macos;
    const tart = create(Isolation_TartSchema, { image, user, password, cpu, memory });
    const isolation = create(IsolationSchema, { type: { case: "tart", value: tart } });
    const worker = create(PersistentWorkerInstanceSchema, { isolation });
    return { ...task, instance: anyPack(PersistentWorkerInstanceSchema, worker) };
  });
}
