import type { TaskPropertyType } from "../../pipeline/task/task_property.ts";

/** The properties of tasks on which a run acts, beside those that every parser knows. */
export const RUN_TASK_PROPERTIES: ReadonlyMap<string, TaskPropertyType> = new Map([
  ["execution_lock", "string"],
  ["trigger_type", "string"],
]);
