import type { MirrorsOptions } from "../../agent/clone/mirrors.ts";
import { runAgent } from "../../agent/run_agent.ts";
import type { ProjectSource } from "../../agent/project_source.ts";
import { abortCause } from "../../async/abort_reason.ts";
import { withGrace } from "../../async/grace.ts";
import type { Isolation, ResourceLedger } from "../../isolation/isolation.ts";
import { isolationName } from "../../isolation/isolation_name.ts";
import type { IsolationOptions } from "../../isolation/registry.ts";
import type { Logger } from "../../logging/logger.ts";
import type { Machine } from "../../machine/machine.ts";
import type { Observe } from "../../telemetry/telemetry_event.ts";
import { allowedIsolation } from "./allowed_isolation.ts";
import type { Assignment } from "./assignment.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Modifiers } from "../modifiers/modifiers.ts";
import { makeSpoolDirectory } from "./spool_directory.ts";
import { observedInstance } from "./observed_instance.ts";
import { TaskProgress } from "./task_progress.ts";
import { TaskReports } from "./task_reports.ts";
import type { UpstreamSession } from "../upstream/upstream_session.ts";
import type { SecurityPolicy } from "../options/worker_options.ts";

/** How long giving back what a task had may take. */
const RELEASE_MS = 15_000;

/** What a task needs of its worker. */
export interface TaskOptions {
  readonly session: UpstreamSession;
  readonly isolations: IsolationOptions;
  readonly security: SecurityPolicy;
  readonly modifiers: Modifiers;
  /** Hands over the warm machine that waits for such a task; ends it when it is another one. */
  readonly takeStandby: (task: Assignment) => Promise<Machine | undefined>;
  readonly ledger: ResourceLedger;
  /** An existing folder of the worker's host. */
  readonly temporaryDirectory: string;
  readonly projectSource?: ProjectSource;
  readonly mirrors: MirrorsOptions;
  /** See `WorkerOptions`. */
  readonly heartbeatMs?: number;
  readonly observe: Observe;
  readonly logger: Logger;
}

/**
 * Runs one task from start to end and tells its upstream. Never rejects, and whatever happens, gives back
 * what the task had and tells that it has stopped. Aborting `signal` cancels the task.
 */
export async function runTask(task: Assignment, options: TaskOptions, signal: AbortSignal): Promise<void> {
  const reports = new TaskReports(options.session, task, { logger: options.logger });
  await runAndRelease(task, { ...options, reports }, signal);
  await reports.stopped();
}

async function runAndRelease(
  task: Assignment,
  options: TaskOptions & { reports: TaskReports },
  signal: AbortSignal,
): Promise<void> {
  const { modifiers, isolations, reports, logger } = options;
  const held = new AsyncDisposableStack();
  const progress = new TaskProgress(isolationName(task.isolation), options.observe);
  try {
    const isolation = await allowedIsolation(task.isolation, {
      ...options,
      isolations: {
        ...isolations,
        vetu: { ...isolations.vetu, takeArguments: () => modifiers.take(task.resources) },
      },
    });
    progress.allowed();
    await reports.started(signal);
    await execute(task, { ...options, isolation, held, progress }, signal);
    progress.finished();
  } catch (error) {
    // A task that its upstream has cancelled has not failed.
    if (abortCause(signal) !== "cancelled") {
      logger.error(`failed to run task ${task.id}: ${errorMessage(error)}`);
      progress.failed(signal);
      await reports.failed(errorMessage(error));
    }
  }
  try {
    await withGrace("removing what the task had", RELEASE_MS, () => held.disposeAsync());
  } catch (error) {
    logger.error(`could not clean up after task ${task.id}: ${errorMessage(error)}`);
  }
}

/** Rejects when the task could not run, and when it was cancelled. */
async function execute(
  task: Assignment,
  options: TaskOptions & {
    isolation: Isolation;
    held: AsyncDisposableStack;
    progress: TaskProgress;
  },
  signal: AbortSignal,
): Promise<void> {
  const { session, isolation, ledger, temporaryDirectory, held, projectSource, heartbeatMs, logger } =
    options;
  signal.throwIfAborted();
  const spool = held.use(await makeSpoolDirectory(temporaryDirectory, ledger));
  const preparation: string[] = [];
  const progress = (line: string) => {
    logger.info(line);
    preparation.push(line);
  };
  const standby = await options.takeStandby(task);
  if (standby) progress("taking the standby instance");
  const machine = held.use(
    standby ?? await isolation.prepare({
      taskId: task.id,
      progress,
      log: (line) => logger.info(line),
      signal,
      ledger,
      traceEnvironment: task.traceEnvironment,
      observe: options.observe,
    }),
  );
  options.progress.prepared();
  const instance = observedInstance(task.isolation);
  if (instance) options.observe({ kind: "image used", instance });
  const outcome = await runAgent({
    machine,
    preparation,
    client: session.agentClient(task),
    transfers: session.transfers,
    taskId: task.id,
    clientSecret: task.clientSecret,
    serverSecret: task.serverSecret,
    spoolDirectory: spool.path,
    mirrors: options.mirrors,
    environment: task.traceEnvironment,
    compressLogs: !session.local,
    observe: options.progress.observe,
    ...(projectSource ? { projectSource } : {}),
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
    logger,
  }, signal);
  if (outcome.kind === "cancelled") signal.throwIfAborted();
  if ("message" in outcome) throw new Error(outcome.message);
}
