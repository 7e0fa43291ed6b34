import type { TaskRecord } from "../../records.ts";
import type { TaskBody } from "../schemas.ts";
import { toTimes } from "./time.ts";

/** A task as the API shows it. */
export function taskBody(task: TaskRecord): TaskBody {
  const { id, buildId, name, uniqueLabels, allowFailures, requires, state, worker, replacedBy } = task;
  const { queuedAt, startedAt, finishedAt } = task;
  return {
    id,
    buildId,
    name,
    uniqueLabels: [...uniqueLabels],
    allowFailures,
    requires: [...requires],
    commands: task.commands.map(({ name, state }) => ({ name, ...state })),
    ...worker !== undefined && { worker },
    ...replacedBy !== undefined && { replacedBy },
    ...toTimes({ queuedAt, startedAt, finishedAt }),
    ...state,
  };
}
