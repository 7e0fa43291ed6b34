import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "../../logging/logger.ts";
import type { OwnerLedger } from "../ownership/owner_ledger.ts";
import type { Standby } from "../standby/standby.ts";
import type { UpstreamSession } from "../upstream/upstream_session.ts";
import type { WorkerTools } from "../worker_tools.ts";
import type { Assignment } from "./assignment.ts";
import { isolationOptions } from "./isolation_options.ts";

/** What runs tasks is a third of all code: a worker is registered before it is loaded. */
const importTask = () => import("./task.ts");

/** Loads what runs tasks, so that the first one need not wait for it. What fails fails again with that task. */
export function loadTasks(): void {
  importTask().catch(() => {});
}

/** What a task is started with, beside what the worker's parts share. */
export interface StartTaskOptions {
  readonly session: UpstreamSession;
  readonly ledger: OwnerLedger;
  readonly standby: Standby;
  /** Of the upstream that the task is from. */
  readonly logger: Logger;
  readonly tools: WorkerTools;
}

/** Starts a task under the worker's options as they are now; it is one of the running tasks from then on. */
export function startTask(
  task: Assignment,
  { session, ledger, standby, tools, ...options }: StartTaskOptions,
): void {
  const {
    projectSource,
    heartbeatMs,
    maxMirrorBytes,
    stateDirectory,
    temporaryDirectory = tmpdir(),
    security = {},
  } = tools.options();
  const logger = options.logger.with({ task: task.id });
  const isolations = isolationOptions(tools.options(), { images: tools.images });
  tools.observe({ kind: "task assigned" });
  tools.tasks.start(task, session, async (signal) => {
    const { runTask } = await importTask();
    await runTask(task, {
      session,
      isolations,
      security,
      modifiers: tools.modifiers,
      takeStandby: (wanted) => standby.take(wanted),
      ledger,
      temporaryDirectory,
      mirrors: {
        directory: join(stateDirectory, "mirrors"),
        ...maxMirrorBytes !== undefined && { maxBytes: maxMirrorBytes },
      },
      ...projectSource && { projectSource },
      ...heartbeatMs !== undefined && { heartbeatMs },
      observe: tools.observe,
      logger,
    }, signal);
    logger.info(`task ${task.id} completed`);
  });
  logger.info(`started task ${task.id}`);
}
