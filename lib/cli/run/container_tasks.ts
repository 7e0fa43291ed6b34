import { anyUnpack } from "@bufbuild/protobuf/wkt";
import {
  type ContainerInstance,
  PrebuiltImageInstanceSchema,
  type Task,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { containerInstanceOf, whyNoContainer } from "../../controller/builds/container_instance.ts";
import { ARCHITECTURES, forWorker } from "../../controller/builds/for_worker.ts";
import { hostPlatform } from "../../machine/host_platform.ts";

/**
 * Makes tasks with a `container` into tasks of this machine's worker with that container for their isolation. Images
 * of Dockerfiles are built when a container needs them, so that the tasks which would build and publish them go.
 */
export function containerTasks(tasks: readonly Task[]): Task[] {
  const builders = new Set(tasks.filter(buildsImage).map((task) => task.localGroupId));
  return tasks.filter((task) => !builders.has(task.localGroupId)).map((task) => {
    const container = containerInstanceOf(task);
    const requiredGroups = task.requiredGroups.filter((id) => !builders.has(id));
    const runs = container !== undefined && whyNotHere(container) === undefined;
    return { ...runs ? forWorker(task) : task, requiredGroups };
  });
}

/** Why a task's container cannot run on this machine; undefined where it can, and for a task of another kind. */
export function whyNotThisContainer(task: Task): string | undefined {
  const container = containerInstanceOf(task);
  return container && whyNotHere(container);
}

function whyNotHere(container: ContainerInstance): string | undefined {
  const { arch } = hostPlatform();
  const wanted = ARCHITECTURES[container.architecture];
  return whyNoContainer(container) ??
    (wanted === arch ? undefined : `it needs a container for ${wanted}, and this machine is ${arch}`);
}

function buildsImage(task: Task): boolean {
  return task.instance !== undefined && anyUnpack(task.instance, PrebuiltImageInstanceSchema) !== undefined;
}
