import { Status, type Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { workerInstanceOf } from "./task_definition.ts";

/**
 * Which tasks cannot run, by their `local_group_id`, and why; each reason completes the sentence "skipped: ...". What
 * depends on such a task is among them. What depends on a task whose own `skip` holds is not: that task is as good as
 * passed. `whyNot` says of one task why it cannot run, and undefined when it can.
 */
export function skipReasons(
  tasks: readonly Task[],
  whyNot: (task: Task) => string | undefined,
): Map<bigint, string> {
  const byId = new Map(tasks.map((task) => [task.localGroupId, task]));
  const reasons = new Map<bigint, string | undefined>();
  const reasonOf = (task: Task): string | undefined => {
    const id = task.localGroupId;
    if (!reasons.has(id)) {
      reasons.set(id, isSkippedByFile(task) ? undefined : whyNot(task) ?? whyBlocked(task));
    }
    return reasons.get(id);
  };
  const whyBlocked = (task: Task) => {
    const culprit = task.requiredGroups
      .map((id) => byId.get(id))
      .find((other) => other !== undefined && reasonOf(other) !== undefined);
    return culprit && `it depends on ${JSON.stringify(culprit.name)}, which cannot run here`;
  };
  const skipped = new Map<bigint, string>();
  for (const task of tasks) {
    const reason = reasonOf(task);
    if (reason !== undefined) skipped.set(task.localGroupId, reason);
  }
  return skipped;
}

/** Whether the file itself says not to run a task. */
export function isSkippedByFile(task: Task): boolean {
  return task.status === Status.SKIPPED;
}

/** Why a task is none for a worker; undefined for one that is. */
export function whyNotForWorkers(task: Task): string | undefined {
  if (task.instance === undefined) return "it names no instance that this version knows";
  if (workerInstanceOf(task) !== undefined) return undefined;
  return `it needs ${instanceName(task.instance.typeUrl)}, not a persistent_worker`;
}

/** What the file calls an instance of this protobuf type. */
function instanceName(typeUrl: string): string {
  const type = typeUrl.split(".").at(-1) ?? typeUrl;
  return INSTANCE_NAMES.get(type) ?? `an instance of type ${type}`;
}

const INSTANCE_NAMES: ReadonlyMap<string, string> = new Map([
  ["ContainerInstance", "a container"],
  ["PrebuiltImageInstance", "a container built from a Dockerfile"],
  ["MacOSInstance", "a macos_instance"],
  ["DockerBuilder", "a docker_builder"],
  ["PipeInstance", "a pipe"],
]);
