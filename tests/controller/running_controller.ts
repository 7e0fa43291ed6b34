import { silentLogger } from "../../lib/logging/logger.ts";
import type { NewBuild } from "../../lib/controller/builds/new_build.ts";
import { Controller } from "../../lib/controller/controller.ts";
import type { StartOptions } from "../../lib/controller/start_options.ts";
import type { BuildEvent, BuildRecord, TaskRecord, TaskState } from "../../lib/controller/records.ts";
import { TOKEN } from "./raw_worker.ts";

/** A controller on a free port of the loopback, in memory unless told otherwise. */
export function startController(options: Partial<StartOptions> = {}): Promise<Controller> {
  return Controller.start({
    hostname: "127.0.0.1",
    port: 0,
    dataDirectory: ":memory:",
    registrationToken: TOKEN,
    logger: silentLogger,
    ...options,
  });
}

/** Stores a build in a data directory before the controller that is to be killed uses it. */
export async function storeBuild(dataDirectory: string, build: NewBuild): Promise<BuildRecord> {
  await using controller = await startController({ dataDirectory });
  return await controller.builds.create(build);
}

/** All that there is of a command's log. */
export async function readWholeLog(
  controller: Controller,
  taskId: string,
  command = "main",
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for (let offset = 0;;) {
    const bytes = (await controller.logs.read({ taskId, command }, { offset }))?.bytes ?? new Uint8Array();
    if (bytes.length === 0) return text + decoder.decode();
    text += decoder.decode(bytes, { stream: true });
    offset += bytes.length;
  }
}

/** The first event that a test waits for. */
export async function waitForEvent(
  controller: Controller,
  buildId: string,
  matches: (event: BuildEvent) => boolean,
): Promise<BuildEvent> {
  const signal = AbortSignal.timeout(20_000);
  for await (const event of controller.builds.watch(buildId, { signal })) if (matches(event)) return event;
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
  for await (const _event of controller.builds.watch(buildId, { signal })) {
    const task = await requireTask(controller, taskId);
    if (task.state.status === status) return task;
  }
  throw new Error(`The build ended without its task being ${status}`);
}

/** Waits until a build has ended. */
export async function waitForBuild(controller: Controller, buildId: string): Promise<BuildRecord> {
  await waitForEvent(controller, buildId, (event) => event.kind === "build" && event.status !== "executing");
  const build = await controller.builds.find(buildId);
  if (!build) throw new Error(`There is no build ${buildId}`);
  return build;
}

export async function requireTask(controller: Controller, taskId: string): Promise<TaskRecord> {
  const task = await controller.tasks.find(taskId);
  if (!task) throw new Error(`There is no task ${taskId}`);
  return task;
}
