import { propertyOf } from "../builds/task_definition.ts";
import type { TaskWork } from "../store/task_store.ts";

/**
 * The variables that a task's agent is given. From the lowest to the highest: constants, what the submitter knows of the
 * build, what the controller knows of the task, the task's own, and what the submitter wants to have over them.
 */
export function taskEnvironment(
  work: TaskWork,
  ids: { readonly taskId: string; readonly buildId: string },
): Record<string, string> {
  const { definition } = work;
  const alias = propertyOf(definition, "alias");
  return {
    CI: "true",
    CIRRUS_CI: "true",
    CONTINUOUS_INTEGRATION: "true",
    ...Object.fromEntries(work.environment),
    CIRRUS_BUILD_ID: ids.buildId,
    CIRRUS_TASK_ID: ids.taskId,
    CIRRUS_TASK_NAME: definition.name,
    ...(alias ? { CIRRUS_TASK_NAME_ALIAS: alias } : {}),
    CI_NODE_INDEX: propertyOf(definition, "indexWithinBuild") ?? String(work.index),
    CI_NODE_TOTAL: String(work.total),
    ...definition.environment,
    ...Object.fromEntries(work.overrides),
  };
}
