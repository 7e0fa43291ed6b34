import { tmpdir } from "node:os";
import { AbortReason } from "../async/abort_reason.ts";
import { withGrace } from "../async/grace.ts";
import { isolationFor } from "../isolation/registry.ts";
import type { Logger } from "../logging/logger.ts";
import { hostPlatform } from "../machine/host_platform.ts";
import type { Assignment } from "./assignment.ts";
import { checkOptions } from "./check_options.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import { hostEnvironment } from "./host_environment.ts";
import { workerLabels } from "./labels.ts";
import { removeLeftovers } from "./leftovers.ts";
import { OwnerLedger } from "./owner_ledger.ts";
import { removeResource } from "./remove_resource.ts";
import { RunningTasks } from "./running_tasks.ts";
import { statusPublisher } from "./status_publisher.ts";
import { runTask } from "./task.ts";
import { UpstreamLoop } from "./upstream_loop.ts";
import { UpstreamSession, type WorkerInfo } from "./upstream_session.ts";
import type { WorkerOptions } from "./worker_options.ts";

/** How long the start waits for what killed workers left behind to be gone; removing it goes on after that. */
const LEFTOVERS_MS = 10_000;

/** How a worker is ended. */
export interface WorkerSignals {
  /** Takes no more tasks, lets those that run end, then ends. */
  readonly drain: AbortSignal;
  /** Cancels what runs, reports it, and ends. */
  readonly cancel: AbortSignal;
}

/** Polls upstreams for tasks and runs them on this host. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #logger: Logger;
  readonly #tasks = new RunningTasks();
  readonly #shutdown = new AbortController();

  /** Throws an error that says what is wrong with the options. */
  constructor(options: WorkerOptions, { logger }: { logger: Logger }) {
    checkOptions(options);
    this.#options = options;
    this.#logger = logger;
  }

  /**
   * Works until one of the signals aborts or an upstream wants the worker to end; leaves nothing behind then.
   * Rejects when it cannot start: a bad endpoint, an unreadable file, a state directory of no use. To be
   * called once.
   */
  async run(signals: WorkerSignals): Promise<void> {
    const { upstreams, name, version, stateDirectory } = this.#options;
    await using cleanUp = new AsyncDisposableStack();
    const sessions: UpstreamSession[] = [];
    for (const upstream of upstreams) sessions.push(cleanUp.use(await UpstreamSession.open(upstream, name)));
    const ledger = cleanUp.use(await OwnerLedger.open(stateDirectory));
    await this.#removeLeftovers();

    const drain = AbortSignal.any([signals.drain, this.#shutdown.signal]);
    const publish = statusPublisher({
      files: ledger.files,
      name,
      version,
      tasks: this.#tasks,
      sessions,
      drain,
      logger: this.#logger,
    });
    cleanUp.use(this.#tasks.onChange(publish));
    const onDrain = () => {
      publish();
      const count = this.#tasks.size;
      if (count > 0) this.#logger.info(`taking no more tasks and waiting for ${count} to end`);
    };
    const onCancel = () =>
      this.#tasks.cancelAll(
        new AbortReason("shutdown", "The worker was stopped before the task had ended; run the task again"),
      );
    for (const [signal, listener] of [[drain, onDrain], [signals.cancel, onCancel]] as const) {
      signal.addEventListener("abort", listener);
      cleanUp.defer(() => signal.removeEventListener("abort", listener));
      if (signal.aborted) listener();
    }
    publish();

    const loops = sessions.map((session) => this.#loop(session, { ledger, onRegistered: publish }));
    try {
      await Promise.all(loops.map((loop) => loop.run({ drain, cancel: signals.cancel })));
    } finally {
      // What still runs was cancelled already, unless a fault of ours has ended a loop.
      onCancel();
      await Promise.all([...this.#tasks].map((task) => task.done));
      await Promise.all(loops.map((loop) => loop.enableAgain()));
    }
  }

  #loop(session: UpstreamSession, options: { ledger: OwnerLedger; onRegistered: () => void }): UpstreamLoop {
    const logger = this.#logger.with({ upstream: session.endpoint });
    return new UpstreamLoop({
      session,
      tasks: this.#tasks,
      info: () => this.#info(),
      start: (task) => this.#start(task, { session, ledger: options.ledger, logger }),
      onRegistered: options.onRegistered,
      onShutdown: () =>
        this.#shutdown.abort(new AbortReason("shutdown", "An upstream asked the worker to end")),
      logger,
    });
  }

  #info(): WorkerInfo {
    const { name, version, labels, resources = {} } = this.#options;
    const identity = { name, version, hostname: Deno.hostname(), platform: hostPlatform() };
    return { labels: workerLabels(identity, labels), resourcesTotal: { ...resources } };
  }

  #start(
    task: Assignment,
    options: { session: UpstreamSession; ledger: OwnerLedger; logger: Logger },
  ): void {
    const { projectSource, noneWorkingDirectory, temporaryDirectory = tmpdir() } = this.#options;
    const logger = options.logger.with({ task: task.id });
    const none = {
      environment: hostEnvironment(),
      parentDirectory: temporaryDirectory,
      ...(noneWorkingDirectory === undefined ? {} : { workingDirectory: noneWorkingDirectory }),
    };
    this.#tasks.start(task, options.session, async (signal) => {
      await runTask(task, {
        session: options.session,
        ledger: options.ledger,
        temporaryDirectory,
        chooseIsolation: () => isolationFor(task.isolation, { none }),
        ...(projectSource ? { projectSource } : {}),
        logger,
      }, signal);
      logger.info(`task ${task.id} completed`);
    });
    logger.info(`started task ${task.id}`);
  }

  async #removeLeftovers(): Promise<void> {
    const { stateDirectory } = this.#options;
    try {
      await withGrace(
        "waiting for what killed workers left behind to be removed, which goes on",
        LEFTOVERS_MS,
        () => removeLeftovers({ stateDirectory, remove: removeResource, logger: this.#logger }),
      );
    } catch (error) {
      this.#logger.warning(errorMessage(error));
    }
  }
}
