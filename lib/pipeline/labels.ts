import type { ContainerInstance, Task } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { sortedByBytes } from "./byte_order.ts";
import { HostMessage } from "./instance/host_message.ts";
import type { InstanceMessage } from "./instance/instance.ts";

/** A task and what it runs on, undefined when nothing says so. */
export interface LabelledTask {
  readonly task: Task;
  readonly instance: InstanceMessage | HostMessage | undefined;
}

/** Gives tasks of the same name the labels by which a person can tell them apart. */
export function addUniqueLabels(tasks: readonly LabelledTask[]): void {
  for (const [, namesakes] of Map.groupBy(tasks, ({ task }) => task.name)) {
    if (namesakes.length < 2) continue;
    const labels = namesakes.map(({ task, instance }) => ({ task, labels: labelsOf({ task, instance }) }));
    const holders = new Map<string, number>();
    for (const label of labels.flatMap(({ labels }) => [...labels])) {
      holders.set(label, (holders.get(label) ?? 0) + 1);
    }
    for (const { task, labels: own } of labels) {
      const unique = [...own].filter((label) => holders.get(label) !== namesakes.length);
      if (task.metadata) task.metadata.uniqueLabels = sortedByBytes(unique);
    }
  }
}

function labelsOf({ task, instance }: LabelledTask): Set<string> {
  if (!instance) return new Set();
  const variables = Object.entries(task.environment)
    .filter(([, value]) => !(value.startsWith("ENCRYPTED[") && value.endsWith("]")))
    .map(([name, value]) => `${name}:${value}`);
  return new Set([...variables, ...instanceLabels(instance)]);
}

function instanceLabels(instance: InstanceMessage | HostMessage): string[] {
  if (instance instanceof HostMessage) return [];
  switch (instance.$typeName) {
    case "org.cirruslabs.ci.services.cirruscigrpc.ContainerInstance":
      return containerLabels(instance).filter((label) => !label.endsWith(":"));
    case "org.cirruslabs.ci.services.cirruscigrpc.PipeInstance":
      return ["pipe"];
    default:
      return [];
  }
}

function containerLabels(container: ContainerInstance): string[] {
  const source = container.dockerfile === ""
    ? [`container:${container.image}`, `os:${container.osVersion}`]
    : [
      `Dockerfile:${container.dockerfile}`,
      ...Object.entries(container.dockerArguments).map(([name, value]) => `${name}:${value}`),
    ];
  return [...source, ...container.additionalContainers.map(({ name, image }) => `${name}:${image}`)];
}
