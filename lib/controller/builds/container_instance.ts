import { anyUnpack } from "@bufbuild/protobuf/wkt";
import {
  type ContainerInstance,
  ContainerInstanceSchema,
  Platform,
  type Task,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";

/** What a task's `container` asks for; undefined when it is a task of another kind. */
export function containerInstanceOf(task: Task): ContainerInstance | undefined {
  return task.instance && anyUnpack(task.instance, ContainerInstanceSchema);
}

/** Why no worker can run such a container, whatever its host; undefined when one can. */
export function whyNoContainer(container: ContainerInstance): string | undefined {
  const { platform, additionalContainers, privileged } = container;
  if (platform !== Platform.LINUX) {
    return `it needs a ${Platform[platform].toLowerCase()} container, and only Linux ones are supported here`;
  }
  if (additionalContainers.length > 0) return "additional_containers are not supported here";
  if (privileged) return "a privileged container is not supported here";
  return undefined;
}
