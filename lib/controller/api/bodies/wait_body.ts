import type { Controller } from "../../controller.ts";
import { isFinal, type TaskRecord } from "../../records.ts";
import { listWorkers } from "../../workers/explain_wait.ts";
import type { WaitBody } from "../schemas.ts";
import { toTime } from "./time.ts";

/** Why a task waits; undefined when it does not. */
export async function waitBody(task: TaskRecord, controller: Controller): Promise<WaitBody | undefined> {
  if (task.state.status === "created") return await waitsForTasks(task, controller);
  const reasons = controller.tasks.explainWait(task.id);
  return reasons && {
    text: listWorkers(reasons),
    tasks: [],
    workers: reasons.map(({ worker, fit, text, live, lastSeenAt }) => ({
      worker,
      reason: fit.kind,
      text,
      live,
      lastSeenAt: toTime(lastSeenAt),
    })),
  };
}

async function waitsForTasks(task: TaskRecord, controller: Controller): Promise<WaitBody> {
  const required = await Promise.all(task.requires.map((id) => controller.tasks.find(id)));
  const pending = required.filter((other) => other !== undefined && !isFinal(other.state.status));
  return {
    text: `waits for ${pending.map((other) => JSON.stringify(other?.name)).join(", ")}`,
    tasks: pending.flatMap((other) => other?.id ?? []),
    workers: [],
  };
}
