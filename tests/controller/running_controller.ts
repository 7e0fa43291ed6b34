import { silentLogger } from "../../lib/logging/logger.ts";
import { Controller, type ControllerOptions } from "../../lib/controller/controller.ts";
import type { BuildEvent, BuildRecord, TaskRecord, TaskState } from "../../lib/controller/records.ts";
import { TOKEN } from "./raw_worker.ts";

/** A controller on a free port of the loopback, in memory unless told otherwise. */
export function startController(options: Partial<ControllerOptions> = {}): Promise<Controller> {
  return Controller.start({
    hostname: "127.0.0.1",
    port: 0,
    dataDirectory: ":memory:",
    registrationToken: TOKEN,
    logger: silentLogger,
    ...options,
  });
}

/** The first event that a test waits for. */
export async function waitForEvent(
  controller: Controller,
  buildId: string,
  matches: (event: BuildEvent) => boolean,
): Promise<BuildEvent> {
  const signal = AbortSignal.timeout(20_000);
  for await (const event of controller.watchBuild(buildId, { signal })) if (matches(event)) return event;
  throw new Error("The build ended without the event that the test waits for");
}

/** Waits until a task is in a state. */
export async function waitForTask(
  controller: Controller,
  taskId: string,
  status: TaskState["status"],
): Promise<TaskRecord> {
  const { buildId } = await requireTask(controller, taskId);
  const signal = AbortSignal.timeout(20_000);
  for await (const _event of controller.watchBuild(buildId, { signal })) {
    const task = await requireTask(controller, taskId);
    if (task.state.status === status) return task;
  }
  throw new Error(`The build ended without its task being ${status}`);
}

/** Waits until a build has ended. */
export async function waitForBuild(controller: Controller, buildId: string): Promise<BuildRecord> {
  await waitForEvent(controller, buildId, (event) => event.kind === "build" && event.status !== "executing");
  const build = await controller.findBuild(buildId);
  if (!build) throw new Error(`There is no build ${buildId}`);
  return build;
}

export async function requireTask(controller: Controller, taskId: string): Promise<TaskRecord> {
  const task = await controller.findTask(taskId);
  if (!task) throw new Error(`There is no task ${taskId}`);
  return task;
}
