import { create } from "@bufbuild/protobuf";
import { anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import {
  Architecture,
  type Isolation,
  Isolation_TartSchema,
  IsolationSchema,
  MacOSInstanceSchema,
  PersistentWorkerInstanceSchema,
  type Task,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { containerInstanceOf } from "./container_instance.ts";

/** As the label `arch` of workers has it: in Go's spelling. */
export const ARCHITECTURES: Readonly<Record<Architecture, string>> = {
  [Architecture.AMD64]: "amd64",
  [Architecture.ARM64]: "arm64",
};

/**
 * Makes a task with a `container` or a `macos_instance`, which Cirrus CI's cloud ran, into one for a worker with such an
 * isolation: a Linux host of the container's architecture, or a Mac with Tart. Other tasks stay what they are.
 */
export function forWorker(task: Task): Task {
  const container = containerInstanceOf(task);
  if (container !== undefined) {
    const { image, cpu, memory, dockerfile, dockerArguments, platform, architecture } = container;
    const isolation = create(IsolationSchema, {
      type: { case: "container", value: { image, cpu, memory, dockerfile, dockerArguments, platform } },
    });
    return onHost(task, { isolation, labels: { os: "linux", arch: ARCHITECTURES[architecture] } });
  }
  const macos = task.instance && anyUnpack(task.instance, MacOSInstanceSchema);
  if (macos === undefined) return task;
  const { image, user, password, cpu, memory } = macos;
  const tart = create(Isolation_TartSchema, { image, user, password, cpu, memory });
  const isolation = create(IsolationSchema, { type: { case: "tart", value: tart } });
  return onHost(task, { isolation, labels: { os: "darwin", arch: "arm64" } });
}

function onHost(
  task: Task,
  worker: { readonly isolation: Isolation; readonly labels: Record<string, string> },
): Task {
  return {
    ...task,
    instance: anyPack(PersistentWorkerInstanceSchema, create(PersistentWorkerInstanceSchema, worker)),
  };
}
