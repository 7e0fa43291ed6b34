import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { MacOSInstanceSchema, type Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { forWorker } from "../../controller/builds/for_worker.ts";

/** Makes tasks with a `macos_instance` into tasks of this machine's worker with such a VM of Tart for their isolation. */
export function macosTasks(tasks: readonly Task[]): Task[] {
  return tasks.map((task) =>
    task.instance && anyUnpack(task.instance, MacOSInstanceSchema) ? forWorker(task) : task
  );
}
