import type { Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { TaskPropertyType } from "../../pipeline/task/task_property.ts";
import { propertyOf } from "./task_definition.ts";

/** The properties of tasks on which the controller acts, beside those that every parser knows. */
export const CONTROLLER_TASK_PROPERTIES: ReadonlyMap<string, TaskPropertyType> = new Map([
  ["execution_lock", "string"],
  ["required_pr_labels", "list"],
  ["trigger_type", "string"],
]);

/** Whether somebody has to ask for the task by its name. */
export function isManual(task: Task): boolean {
  return propertyOf(task, "trigger_type")?.toLowerCase() === "manual";
}

/** Tasks with one lock run one at a time; undefined where there is none. */
export function executionLock(task: Task): string | undefined {
  return propertyOf(task, "execution_lock") || undefined;
}

/** The task with a lock that is of its repository: one of another repository that is called the same is another. */
export function withLockOf(repository: string | undefined, task: Task): Task {
  const lock = executionLock(task);
  if (lock === undefined || repository === undefined || !task.metadata) return task;
  const properties = { ...task.metadata.properties, execution_lock: `${repository} ${lock}` };
  return { ...task, metadata: { ...task.metadata, properties } };
}

/**
 * Why the pull request of a build does not let a task run; undefined when it does, and where there is none.
 * `environment` is that of the build, with `CIRRUS_PR_LABELS` as in Cirrus CI: labels with commas between them.
 */
export function whyNotForPullRequest(
  task: Task,
  environment: ReadonlyMap<string, string>,
): string | undefined {
  if (!environment.get("CIRRUS_PR")) return undefined;
  const labels = new Set(environment.get("CIRRUS_PR_LABELS")?.split(",").map((label) => label.trim()));
  const required = propertyOf(task, "required_pr_labels")?.split("\n").filter((label) => label !== "") ?? [];
  const missing = required.find((label) => !labels.has(label));
  return missing === undefined ? undefined : `the pull request has no label ${JSON.stringify(missing)}`;
}
