import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { PrebuiltImageInstanceSchema, type Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { containerInstanceOf, whyNoContainer } from "./container_instance.ts";
import { forWorker } from "./for_worker.ts";
import { whyNotForWorkers } from "./skip_reasons.ts";

/** Makes tasks into tasks for a pool of workers; those that cannot be stay what they are, and `whyNotInPool` says why. */
export function poolTasks(tasks: readonly Task[]): Task[] {
  return tasks.map((task) => whyNoInstance(task) === undefined ? forWorker(task) : task);
}

/** Why no worker of a pool can take a task, one of `poolTasks`; undefined when one can. */
export function whyNotInPool(task: Task): string | undefined {
  return whyNoInstance(task) ?? whyNotForWorkers(task);
}

function whyNoInstance(task: Task): string | undefined {
  const container = containerInstanceOf(task);
  if (container !== undefined) {
    return container.dockerfile === "" ? whyNoContainer(container) : whyNoDockerfile(container.dockerfile);
  }
  const image = task.instance && anyUnpack(task.instance, PrebuiltImageInstanceSchema);
  return image && whyNoDockerfile(image.dockerfile);
}

function whyNoDockerfile(dockerfile: string): string {
  return `only "cirrus run" builds images, and this one is of ${dockerfile}: push it to a registry, and name it by ` +
    "container: {image: ...}";
}
