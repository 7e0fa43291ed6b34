import { create } from "@bufbuild/protobuf";
import { anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import {
  Architecture,
  type ContainerInstance,
  ContainerInstanceSchema,
  IsolationSchema,
  PersistentWorkerInstanceSchema,
  Platform,
  PrebuiltImageInstanceSchema,
  type Task,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { hostPlatform } from "../../machine/host_platform.ts";

/** In Go's spelling, as machines have it. */
const ARCHITECTURES: Readonly<Record<Architecture, string>> = {
  [Architecture.AMD64]: "amd64",
  [Architecture.ARM64]: "arm64",
};

/**
 * Makes tasks with a `container` into tasks of this machine's worker with that container for their isolation. Images
 * of Dockerfiles are built when a container needs them, so that the tasks which would build and publish them go.
 */
export function containerTasks(tasks: readonly Task[]): Task[] {
  const builders = new Set(tasks.filter(buildsImage).map((task) => task.localGroupId));
  return tasks.filter((task) => !builders.has(task.localGroupId)).map((task) => {
    const container = containerInstanceOf(task);
    const requiredGroups = task.requiredGroups.filter((id) => !builders.has(id));
    if (container === undefined || whyNoContainer(container) !== undefined) {
      return { ...task, requiredGroups };
    }
    return { ...task, requiredGroups, instance: workerInstance(container) };
  });
}

/** Why a task's container cannot run on this machine; undefined where it can, and for a task of another kind. */
export function whyNotThisContainer(task: Task): string | undefined {
  const container = containerInstanceOf(task);
  return container && whyNoContainer(container);
}

function whyNoContainer(container: ContainerInstance): string | undefined {
  const { platform, architecture, additionalContainers, privileged } = container;
  const { arch } = hostPlatform();
  if (platform !== Platform.LINUX) {
    return `it needs a ${Platform[platform].toLowerCase()} container, and only Linux ones are supported here`;
  }
  if (ARCHITECTURES[architecture] !== arch) {
    return `it needs a container for ${ARCHITECTURES[architecture]}, and this machine is ${arch}`;
  }
  if (additionalContainers.length > 0) return "additional_containers are not supported here";
  if (privileged) return "a privileged container is not supported here";
  return undefined;
}

function containerInstanceOf(task: Task): ContainerInstance | undefined {
  return task.instance && anyUnpack(task.instance, ContainerInstanceSchema);
}

function buildsImage(task: Task): boolean {
  return task.instance !== undefined && anyUnpack(task.instance, PrebuiltImageInstanceSchema) !== undefined;
}

function workerInstance(container: ContainerInstance) {
  const { image, cpu, memory, dockerfile, dockerArguments, platform } = container;
  const isolation = create(IsolationSchema, {
    type: { case: "container", value: { image, cpu, memory, dockerfile, dockerArguments, platform } },
  });
  return anyPack(PersistentWorkerInstanceSchema, create(PersistentWorkerInstanceSchema, { isolation }));
}
