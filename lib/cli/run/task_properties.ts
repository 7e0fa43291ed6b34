import type { Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { propertyOf } from "../../controller/builds/task_definition.ts";
import type { TaskPropertyType } from "../../pipeline/task/task_property.ts";

/** The properties of tasks on which a run acts, beside those that every parser knows. */
export const RUN_TASK_PROPERTIES: ReadonlyMap<string, TaskPropertyType> = new Map([
  ["execution_lock", "string"],
  ["trigger_type", "string"],
]);

/** Tasks of one lock run one at a time; undefined where there is none. */
export function executionLock(task: Task): string | undefined {
  return propertyOf(task, "execution_lock") || undefined;
}
