import { AbortReason } from "../async/abort_reason.ts";
import { ImagePuller } from "../isolation/vm/image_puller.ts";
import type { Logger } from "../logging/logger.ts";
import { hostPlatform } from "../machine/host_platform.ts";
import type { Observe } from "../telemetry/telemetry_event.ts";
import { workerLabels } from "./labels.ts";
import { lookAtHost } from "./look_at_host.ts";
import { Modifiers } from "./modifiers/modifiers.ts";
import { checkOptions } from "./options/check_options.ts";
import type { ChangeableOptions, WorkerOptions } from "./options/worker_options.ts";
import { clearLeftovers } from "./ownership/clear_leftovers.ts";
import { OwnerLedger } from "./ownership/owner_ledger.ts";
import { createPrePull } from "./pre_pull/create_pre_pull.ts";
import { obeyStandby } from "./standby/obey_standby.ts";
import { reloadStandby } from "./standby/reload_standby.ts";
import type { Standby } from "./standby/standby.ts";
import { statusPublisher } from "./status_publisher.ts";
import { RunningTasks } from "./tasks/running_tasks.ts";
import { loadTasks, startTask } from "./tasks/start_task.ts";
import { openSessions, UpstreamLinks } from "./upstream/upstream_links.ts";
import type { WorkerInfo } from "./upstream/upstream_session.ts";
import { type RunningParts, WorkerFigures } from "./worker_figures.ts";
import { workerStandby } from "./worker_standby.ts";
import type { WorkerTools } from "./worker_tools.ts";

/** How a worker is ended. */
export interface WorkerSignals {
  /** Takes no more tasks, lets those that run end, then ends. */
  readonly drain: AbortSignal;
  /** Cancels what runs, reports it, and ends. */
  readonly cancel: AbortSignal;
}

/** Polls upstreams for tasks and runs them on this host. */
export class Worker {
  /** How things are with it, at any time. */
  readonly figures: WorkerFigures;
  #options: WorkerOptions;
  readonly #tools: WorkerTools;
  readonly #shutdown = new AbortController();
  /** Resolves once an upstream knows it. */
  readonly #registered = Promise.withResolvers<void>();
  /** Resolves once it polls, or never will. */
  readonly #begun = Promise.withResolvers<void>();
  #running: RunningParts | undefined;

  /** Throws an error that says what is wrong with the options. */
  constructor(options: WorkerOptions, { logger, observe = () => {} }: { logger: Logger; observe?: Observe }) {
    checkOptions(options);
    this.#options = options;
    const images = new ImagePuller();
    const tools = {
      options: () => this.#options,
      tasks: new RunningTasks(),
      images,
      modifiers: new Modifiers(options.resourceModifiers),
      prePull: options.prePull && createPrePull(options.prePull, { images, observe, logger }),
      observe,
      logger,
    };
    this.#tools = tools;
    this.figures = new WorkerFigures({ ...tools, running: () => this.#running });
  }

  /**
   * Works until one of the signals aborts or an upstream wants the worker to end; leaves nothing behind then.
   * Rejects when it cannot start: a bad endpoint, an unreadable file, a state directory of no use. To be
   * called once.
   */
  async run(signals: WorkerSignals): Promise<void> {
    const { upstreams, name, version, stateDirectory, adoptLeftovers = false } = this.#options;
    const { tasks, prePull, observe, logger } = this.#tools;
    await using cleanUp = new AsyncDisposableStack();
    cleanUp.defer(() => this.#begun.resolve());
    const drain = AbortSignal.any([signals.drain, this.#shutdown.signal]);
    const sessions = await openSessions(upstreams, name);
    for (const { session } of sessions) cleanUp.use(session);
    const ledger = cleanUp.use(await OwnerLedger.open(stateDirectory));
    const standby = workerStandby(this.#tools, ledger);
    cleanUp.defer(() => standby.close());
    const links: UpstreamLinks = cleanUp.use(this.#links({ ledger, standby, onChange: () => publish() }));
    const publish = statusPublisher({
      files: ledger.files,
      name,
      version,
      tasks,
      sessions: () => [...links].map(({ session }) => session),
      drain,
      logger,
    });
    for (const session of sessions) links.add(session);
    await clearLeftovers({ name, stateDirectory, links, observe, logger });

    cleanUp.use(tasks.onChange(publish));
    cleanUp.use(tasks.onChange((change) => change === "ended" && standby.reconsider()));
    const onDrain = () => {
      publish();
      standby.close();
      const count = tasks.size;
      if (count > 0) logger.info(`taking no more tasks and waiting for ${count} to end`);
    };
    const onCancel = () =>
      tasks.cancelAll(
        new AbortReason("shutdown", "The worker was stopped before the task had ended; run the task again"),
      );
    for (const [signal, listener] of [[drain, onDrain], [signals.cancel, onCancel]] as const) {
      signal.addEventListener("abort", listener);
      cleanUp.defer(() => signal.removeEventListener("abort", listener));
      if (signal.aborted) listener();
    }
    publish();
    if (prePull) cleanUp.use(prePull.start(drain));
    standby.reconsider();

    if (!this.#options.projectSource) {
      const registered = this.#registered.promise;
      cleanUp.use(lookAtHost({ registered, stateDirectory, adoptLeftovers, logger }));
    }
    this.#running = { links, standby, drain };
    this.#begun.resolve();
    try {
      await links.run({ drain, cancel: signals.cancel });
    } finally {
      this.#running = undefined;
      // What still runs was cancelled already, unless a fault of ours has ended a loop.
      onCancel();
      await Promise.all([...tasks].map((task) => task.done));
    }
  }

  /**
   * Goes on with other options, as soon as it polls; tasks that run already do so under the old ones. Rejects with an
   * error that says what is wrong with them, or that the worker is about to end or has ended; nothing has changed then.
   */
  async reload(changed: ChangeableOptions): Promise<void> {
    await this.#begun.promise;
    const before = this.#options;
    const options = { ...before, ...changed };
    checkOptions(options);
    if (!this.#running || this.#running.drain.aborted) throw new Error("The worker takes no more tasks");
    const { links, standby } = this.#running;
    const goOver = await links.prepareChange(changed.upstreams);
    this.#options = options;
    goOver();
    reloadStandby(standby, { before, now: options });
  }

  #links(options: { ledger: OwnerLedger; standby: Standby; onChange: () => void }): UpstreamLinks {
    const { ledger, standby, onChange } = options;
    const { tasks, observe, logger } = this.#tools;
    return new UpstreamLinks({
      name: this.#options.name,
      tasks,
      ledger,
      info: () => this.#info(),
      standby: () => standby.information ? [standby.information] : [],
      onStandby: (parameters, logger) =>
        obeyStandby(parameters, { standby, total: this.#options.resources ?? {}, logger }),
      start: (task, session, logger) =>
        startTask(task, { session, ledger, standby, logger, tools: this.#tools }),
      onChange,
      onRegistered: () => {
        this.#registered.resolve();
        onChange();
        loadTasks();
      },
      onShutdown: () =>
        this.#shutdown.abort(new AbortReason("shutdown", "An upstream asked the worker to end")),
      observe,
      logger,
    });
  }

  #info(): WorkerInfo {
    const { name, version, labels, resources = {} } = this.#options;
    const identity = { name, version, hostname: Deno.hostname(), platform: hostPlatform() };
    return { labels: workerLabels(identity, labels), resourcesTotal: { ...resources } };
  }
}
