import type { BuildBody, TaskWithWaitBody } from "../../controller/api/schemas.ts";
import { UsageError } from "../usage_error.ts";
import type { ControllerClient } from "./controller_client.ts";
import { unlessMissing } from "./unless_missing.ts";

/** The task of an id that a person gave. Rejects with a `UsageError` when it is none of a task. */
export async function requireTask(id: string, client: ControllerClient): Promise<TaskWithWaitBody> {
  const task = await unlessMissing(() => client.findTask(id));
  if (task !== undefined) return task;
  throw new UsageError(
    await unlessMissing(() => client.findBuild(id)) === undefined
      ? `There is no task ${id}: "cirrus builds" lists builds, and "cirrus builds BUILD" the tasks of one`
      : `${id} is a build: name one of its tasks, which "cirrus builds ${id}" lists`,
  );
}

/** The build of an id that a person gave. Rejects with a `UsageError` when it is none of a build. */
export async function requireBuild(id: string, client: ControllerClient): Promise<BuildBody> {
  const build = await unlessMissing(() => client.findBuild(id));
  if (build !== undefined) return build;
  const task = await unlessMissing(() => client.findTask(id));
  throw new UsageError(
    task === undefined
      ? `There is no build ${id}: "cirrus builds" lists the last ones`
      : `${id} is a task: name its build, which is ${task.buildId}`,
  );
}
