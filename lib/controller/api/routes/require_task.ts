import type { Controller } from "../../controller.ts";
import { NotFoundError } from "../../not_found_error.ts";
import type { TaskRecord } from "../../records.ts";

/** Rejects with a `NotFoundError` when there is no such task. */
export async function requireTask(id: string, controller: Controller): Promise<TaskRecord> {
  const task = await controller.tasks.find(id);
  if (task) return task;
  throw new NotFoundError(`Looking for task ${id}: there is none; GET /v1/builds/ID lists those of a build`);
}
