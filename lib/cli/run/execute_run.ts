import { AbortReason } from "../../async/abort_reason.ts";
import { withGrace } from "../../async/grace.ts";
import { Controller } from "../../controller/controller.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import { defaultStateDirectory } from "../../worker/state_directory.ts";
import { Worker } from "../../worker/worker.ts";
import type { WorkerOptions } from "../../worker/worker_options.ts";
import type { RunEvent } from "../output/run_event.ts";
import { LocalProject } from "../project/local_project.ts";
import { VERSION } from "../version.ts";
import type { Interruption } from "./interruption.ts";
import type { PreparedRun } from "./prepare_run.ts";
import { runEvents } from "./run_events.ts";

/** How long the worker may take to end once everything it runs was cancelled. */
const WORKER_END_MS = 60_000;

export interface ExecuteOptions {
  /** Absolute path. */
  readonly project: string;
  /** Run in the project itself. */
  readonly dirty: boolean;
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
export async function executeRun({ build, resources }: PreparedRun, options: ExecuteOptions): Promise<void> {
  const { interruption, logger } = options;
  const registrationToken = crypto.randomUUID();
  await using controller = await Controller.start({
    hostname: "127.0.0.1",
    port: 0,
    dataDirectory: ":memory:",
    registrationToken,
    maxTasksWithoutResources: options.jobs,
    ...options.heartbeatTimeoutMs !== undefined && { heartbeatTimeoutMs: options.heartbeatTimeoutMs },
    logger,
  });
  const record = await controller.createBuild(build);
  await using worker = startWorker({
    name: "cirrus-run",
    version: VERSION,
    upstreams: [{ endpoint: controller.endpoint, token: registrationToken }],
    resources,
    stateDirectory: defaultStateDirectory(),
    ...projectOptions(options),
  }, { logger, forced: interruption.forced });

  const cancel = async () => {
    await options.show({ kind: "note", text: "Cancelling the tasks; once more kills them at once" });
    await controller.cancelBuild(record.id, interruption.asked.reason.message);
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

function projectOptions({ dirty, project }: ExecuteOptions): Partial<WorkerOptions> {
  if (!dirty) return { projectSource: new LocalProject(project) };
  return {
    noneWorkingDirectory: project,
    projectSource: {
      deliver: (_, { log }) => Promise.resolve(log("Running in the project directory itself")),
    },
  };
}

/** A worker that runs; disposing it cancels what it still runs and waits for its end. */
interface RunningWorker extends AsyncDisposable {
  /** Aborts when the worker ends by itself, with the reason: it could not start, or something broke. */
  readonly ended: AbortSignal;
  /** Resolves once what runs has ended. */
  drain(): Promise<void>;
}

function startWorker(
  options: WorkerOptions,
  { logger, forced }: { logger: Logger; forced: AbortSignal },
): RunningWorker {
  const drain = new AbortController();
  const cancel = new AbortController();
  const ended = new AbortController();
  const running = new Worker(options, { logger }).run({
    drain: drain.signal,
    cancel: AbortSignal.any([cancel.signal, forced]),
  });
  running.then(
    () => ended.abort(new AbortReason("lost", "The worker ended before the tasks did")),
    (error) => ended.abort(error),
  );
  const over = new AbortReason("finished", "The run is over");
  return {
    ended: ended.signal,
    drain: () => {
      drain.abort(over);
      return running;
    },
    async [Symbol.asyncDispose]() {
      cancel.abort(over);
      drain.abort(over);
      await withGrace("the end of the worker", WORKER_END_MS, () => running.catch(() => {}));
    },
  };
}
