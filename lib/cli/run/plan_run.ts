import { anyUnpack } from "@bufbuild/protobuf/wkt";
import {
  PersistentWorkerInstanceSchema,
  Status,
  type Task,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { isolationName } from "../../isolation/registry.ts";

/** A task that is not run, and why. */
export interface SkippedTask {
  readonly task: Task;
  /** Completes the sentence "skipped: ..." */
  readonly reason: string;
}

/** What becomes of the tasks of a file on this machine. Both lists are in the order of the file. */
export interface RunPlan {
  /** They depend on no others than these. */
  readonly runnable: readonly Task[];
  readonly skipped: readonly SkippedTask[];
}

/**
 * Tells the tasks that can run here from the others. A task whose own `skip` holds is as good as passed for what
 * depends on it; one that cannot run here is not, so what depends on it is skipped with it.
 */
export function planRun(tasks: readonly Task[]): RunPlan {
  const byId = new Map(tasks.map((task) => [task.localGroupId, task]));
  const reasons = new Map<Task, string | undefined>();
  const reasonOf = (task: Task): string | undefined => {
    if (!reasons.has(task)) reasons.set(task, whyNotHere(task) ?? whyBlocked(task));
    return reasons.get(task);
  };
  const whyBlocked = (task: Task) => {
    const culprit = task.requiredGroups
      .map((id) => byId.get(id))
      .find((other) => other !== undefined && !isSkippedByFile(other) && reasonOf(other) !== undefined);
    return culprit && `it depends on ${JSON.stringify(culprit.name)}, which cannot run here`;
  };

  const runnable = tasks.filter((task) => reasonOf(task) === undefined);
  const runnableIds = new Set(runnable.map((task) => task.localGroupId));
  return {
    runnable: runnable.map((task) => ({
      ...task,
      requiredGroups: task.requiredGroups.filter((id) => runnableIds.has(id)),
    })),
    skipped: tasks.flatMap((task) => {
      const reason = reasonOf(task);
      return reason === undefined ? [] : [{ task, reason }];
    }),
  };
}

function isSkippedByFile(task: Task): boolean {
  return task.status === Status.SKIPPED;
}

/** Why a task is not run on this machine; undefined for one that can. */
function whyNotHere(task: Task): string | undefined {
  if (isSkippedByFile(task)) return "its skip condition holds";
  if (task.instance === undefined) return "it names no instance that this version knows";
  const worker = anyUnpack(task.instance, PersistentWorkerInstanceSchema);
  if (worker === undefined) return `it needs ${instanceName(task.instance.typeUrl)}, not a persistent_worker`;
  if (worker.isolation === undefined || worker.isolation.type.case === "none") return undefined;
  return `this version does not support its isolation (${isolationName(worker.isolation)})`;
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
