import { Controller } from "../../controller/controller.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { ContainerIsolationOptions } from "../../isolation/container/container_options.ts";
import type { Logger } from "../../logging/logger.ts";
import type { WorkerOptions } from "../../worker/options/worker_options.ts";
import type { RunEvent } from "../output/run_event.ts";
import { LocalProject } from "../project/local_project.ts";
import { VERSION } from "../version.ts";
import type { Interruption } from "../interruption.ts";
import type { PreparedRun } from "./prepare_run.ts";
import { runEvents } from "./run_events.ts";
import { serveBlobs } from "./serve_blobs.ts";
import { taskTitles } from "./task_titles.ts";
import { startWorker } from "./running_worker.ts";

/** So that a task that lives is never given up, however short the timeout. */
const HEARTBEATS_PER_TIMEOUT = 4;

/** Where tasks work in containers, as people know it from the Go program. */
const CONTAINER_DIRECTORY = "/tmp/cirrus-ci/working-dir";

/** Where tasks work in VMs. */
const VM_WORKING_DIRECTORY = "/tmp/cirrus-ci/working-dir";

export interface ExecuteOptions {
  /** Absolute path. */
  readonly project: string;
  /** Run in the project itself. */
  readonly dirty: boolean;
  /** Whether images of VMs are pulled only when they are missing. */
  readonly lazyPull: { readonly tart: boolean; readonly vetu: boolean };
  /** Where the worker writes down what it owns. */
  readonly stateDirectory: string;
  /** Where caches of tasks outlive the run; they end with it when absent. */
  readonly cacheDirectory: string | undefined;
  /** What caches of all projects may have together. */
  readonly maxCacheBytes: number;
  /** Where artifacts go, in a folder for each task; they end with the run when absent. */
  readonly artifactsDirectory: string | undefined;
  readonly container: Pick<ContainerIsolationOptions, "engine" | "lazyPull">;
  /** How many tasks without resources run at once. */
  readonly jobs: number;
  /** Milliseconds; the controller's own default when absent. */
  readonly heartbeatTimeoutMs: number | undefined;
  readonly interruption: Interruption;
  readonly logger: Logger;
  /** Called with each event, in order; waited for. */
  readonly show: (event: RunEvent) => Promise<void>;
}

/**
 * Runs a build with a controller and a worker of its own, which talk over the loopback, and shows what happens.
 * Nothing of it is left when this resolves, nor when it rejects because it could not run.
 */
export async function executeRun(
  { build, resources, buildContexts }: PreparedRun,
  options: ExecuteOptions,
): Promise<void> {
  const { interruption, logger, heartbeatTimeoutMs, artifactsDirectory } = options;
  const registrationToken = crypto.randomUUID();
  const titles = new Map<string, string>();
  await using controller = await Controller.start({
    hostname: "127.0.0.1",
    port: 0,
    dataDirectory: ":memory:",
    registrationToken,
    maxTasksWithoutResources: options.jobs,
    ...heartbeatTimeoutMs !== undefined && { heartbeatTimeoutMs },
    caches: {
      ...options.cacheDirectory !== undefined && { directory: options.cacheDirectory },
      maxBytes: options.maxCacheBytes,
      defaultRepository: options.project,
    },
    ...artifactsDirectory !== undefined && {
      artifacts: {
        directory: artifactsDirectory,
        foldersOf: ({ taskId, taskName }) => [titles.get(taskId) ?? taskName],
      },
    },
    logger,
  });
  await using _blobs = serveBlobs(controller.blobs);
  const record = await controller.builds.create(build);
  for (const [index, title] of taskTitles(record.tasks).entries()) {
    titles.set(record.tasks[index]?.id ?? "", title);
  }
  await using worker = startWorker({
    name: "cirrus-run",
    version: VERSION,
    upstreams: [{ endpoint: controller.endpoint, token: registrationToken }],
    resources,
    security: "unrestricted",
    stateDirectory: options.stateDirectory,
    ...heartbeatTimeoutMs !== undefined && { heartbeatMs: heartbeatTimeoutMs / HEARTBEATS_PER_TIMEOUT },
    ...projectOptions(options),
    container: {
      ...options.container,
      workingDirectory: CONTAINER_DIRECTORY,
      project: { directory: options.project, mounted: options.dirty, buildContexts },
    },
  }, { logger, forced: interruption.forced });

  const cancel = async () => {
    await options.show({ kind: "note", text: "Cancelling the tasks" });
    await controller.builds.cancel(record.id, interruption.asked.reason.message);
  };
  const onAsked = () =>
    cancel().catch((error) => logger.error(`Could not cancel the tasks: ${errorMessage(error)}`));
  interruption.asked.addEventListener("abort", onAsked);
  if (interruption.asked.aborted) onAsked();
  for await (const event of runEvents(controller, record, { signal: worker.ended })) {
    await options.show(event);
  }
  // The last task may still be giving back what it had.
  await worker.drain();
}

function projectOptions({ dirty, project, lazyPull }: ExecuteOptions): Partial<WorkerOptions> {
  const vm = (lazyPull: boolean) => ({ lazyPull, workingDirectory: VM_WORKING_DIRECTORY });
  const vms = { tart: vm(lazyPull.tart), vetu: vm(lazyPull.vetu) };
  if (!dirty) return { ...vms, projectSource: new LocalProject(project) };
  return {
    tart: { ...vms.tart, project },
    noneWorkingDirectory: project,
    projectSource: {
      deliver: (_, { log }) => Promise.resolve(log("Running in the project directory itself")),
    },
  };
}
