import { tmpdir } from "node:os";
import { join } from "node:path";
import { AbortReason } from "../async/abort_reason.ts";
import { withGrace } from "../async/grace.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import type { OwnedResource } from "../isolation/isolation.ts";
import { ImagePuller } from "../isolation/vm/image_puller.ts";
import type { Logger } from "../logging/logger.ts";
import type { Observe } from "../telemetry/telemetry_event.ts";
import { hostPlatform } from "../machine/host_platform.ts";
import type { Assignment } from "./tasks/assignment.ts";
import { checkOptions } from "./options/check_options.ts";
import { isolationOptions } from "./tasks/isolation_options.ts";
import { workerLabels } from "./labels.ts";
import { removeLeftovers } from "./ownership/leftovers.ts";
import type { DisabledWorker } from "./ownership/owned_entries.ts";
import { Modifiers } from "./modifiers/modifiers.ts";
import { observedInstance } from "./tasks/observed_instance.ts";
import { OwnerLedger } from "./ownership/owner_ledger.ts";
import { createPrePull } from "./pre_pull/create_pre_pull.ts";
import type { PrePull } from "./pre_pull/pre_pull.ts";
import { RunningTasks } from "./tasks/running_tasks.ts";
import { hasRoom } from "./standby/has_room.ts";
import { obeyStandby } from "./standby/obey_standby.ts";
import { reloadStandby } from "./standby/reload_standby.ts";
import { Standby } from "./standby/standby.ts";
import { statusPublisher } from "./status_publisher.ts";
import { openSessions, UpstreamLinks } from "./upstream/upstream_links.ts";
import type { UpstreamSession, WorkerInfo } from "./upstream/upstream_session.ts";
import type { ChangeableOptions, WorkerOptions } from "./options/worker_options.ts";

/** How long the start waits for what killed workers left behind to be gone; removing it goes on after that. */
const LEFTOVERS_MS = 10_000;

/** What runs tasks is a third of all code: a worker is registered before it is loaded. */
const importTask = () => import("./tasks/task.ts");
const importGitCheck = () => import("./warn_of_missing_git.ts");
const importVmCheck = () => import("./ownership/unlisted_vms.ts");
const importContainerCheck = () => import("./ownership/unlisted_containers.ts");

/** A worker registers before it looks at its host; one that cannot register waits so long for that, in milliseconds. */
const LOOK_AFTER_MS = 2_000;

/** How a worker is ended. */
export interface WorkerSignals {
  /** Takes no more tasks, lets those that run end, then ends. */
  readonly drain: AbortSignal;
  /** Cancels what runs, reports it, and ends. */
  readonly cancel: AbortSignal;
}

/** One of a worker's resources. */
export interface ResourceUse {
  readonly name: string;
  readonly total: number;
  readonly used: number;
}

/** How a worker stands with one of its upstreams. */
export interface UpstreamState {
  readonly endpoint: string;
  readonly registered: boolean;
  /** Absent before the first. */
  readonly lastGoodPoll?: Date;
}

/** Polls upstreams for tasks and runs them on this host. */
export class Worker {
  #options: WorkerOptions;
  readonly #logger: Logger;
  readonly #observe: Observe;
  readonly #tasks = new RunningTasks();
  readonly #images = new ImagePuller();
  readonly #modifiers: Modifiers;
  readonly #prePull: PrePull | undefined;
  readonly #shutdown = new AbortController();
  /** Resolves once an upstream knows it, or that is not to be waited for. */
  readonly #registered = Promise.withResolvers<void>();
  /** Resolves once it polls, or never will. */
  readonly #begun = Promise.withResolvers<void>();
  #running:
    | { readonly links: UpstreamLinks; readonly standby: Standby; readonly drain: AbortSignal }
    | undefined;

  /** Throws an error that says what is wrong with the options. */
  constructor(options: WorkerOptions, { logger, observe = () => {} }: { logger: Logger; observe?: Observe }) {
    checkOptions(options);
    this.#options = options;
    this.#logger = logger;
    this.#modifiers = new Modifiers(options.resourceModifiers);
    this.#prePull = options.prePull &&
      createPrePull(options.prePull, { images: this.#images, observe, logger });
    this.#observe = observe;
  }

  /** How many tasks run now. */
  get runningTasks(): number {
    return this.#tasks.size;
  }

  /** The worker's resources, and what tasks use of them now. */
  get resources(): ResourceUse[] {
    const totals = this.#options.resources ?? {};
    const used = this.#tasks.resourcesInUse();
    return Object.entries(totals).map(([name, total]) => ({ name, total, used: used[name] ?? 0 }));
  }

  /** How old the standby instance is, in seconds; undefined while there is none. */
  get standbyAge(): number | undefined {
    const age = this.#running?.standby.information?.ageSeconds;
    return age === undefined ? undefined : Number(age);
  }

  /** Its upstreams, while it runs. */
  get upstreams(): UpstreamState[] {
    return [...this.#running?.links ?? []].map(({ session: { endpoint, registered, lastGoodPoll } }) => ({
      endpoint,
      registered,
      ...lastGoodPoll && { lastGoodPoll },
    }));
  }

  /** Whether it takes no more tasks. */
  get draining(): boolean {
    return this.#running?.drain.aborted ?? false;
  }

  /**
   * Works until one of the signals aborts or an upstream wants the worker to end; leaves nothing behind then.
   * Rejects when it cannot start: a bad endpoint, an unreadable file, a state directory of no use. To be
   * called once.
   */
  async run(signals: WorkerSignals): Promise<void> {
    const { upstreams, name, version, stateDirectory } = this.#options;
    await using cleanUp = new AsyncDisposableStack();
    cleanUp.defer(() => this.#begun.resolve());
    const drain = AbortSignal.any([signals.drain, this.#shutdown.signal]);
    const sessions = await openSessions(upstreams, name);
    for (const { session } of sessions) cleanUp.use(session);
    const ledger = cleanUp.use(await OwnerLedger.open(stateDirectory));
    const standby = this.#createStandby(ledger);
    cleanUp.defer(() => standby.close());
    const links: UpstreamLinks = cleanUp.use(this.#links({ ledger, standby, onChange: () => publish() }));
    const publish = statusPublisher({
      files: ledger.files,
      name,
      version,
      tasks: this.#tasks,
      sessions: () => [...links].map(({ session }) => session),
      drain,
      logger: this.#logger,
    });
    for (const session of sessions) links.add(session);
    await this.#removeLeftovers(links);

    cleanUp.use(this.#tasks.onChange(publish));
    cleanUp.use(this.#tasks.onChange((change) => change === "ended" && standby.reconsider()));
    const onDrain = () => {
      publish();
      standby.close();
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
    if (this.#prePull) cleanUp.use(this.#prePull.start(drain));
    standby.reconsider();

    if (!this.#options.projectSource) cleanUp.use(this.#lookAtHost());
    this.#running = { links, standby, drain };
    this.#begun.resolve();
    try {
      await links.run({ drain, cancel: signals.cancel });
    } finally {
      this.#running = undefined;
      // What still runs was cancelled already, unless a fault of ours has ended a loop.
      onCancel();
      await Promise.all([...this.#tasks].map((task) => task.done));
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

  /** Looks for what is wrong with the host, once the worker is registered. Disposing waits until that is done. */
  #lookAtHost(): AsyncDisposable {
    const { stateDirectory, adoptLeftovers = false } = this.#options;
    const { promise, resolve: begin } = this.#registered;
    const timer = setTimeout(begin, LOOK_AFTER_MS);
    const stop = new AbortController();
    const looked = promise.finally(() => clearTimeout(timer)).then(() =>
      Promise.all([
        importGitCheck().then(({ warnOfMissingGit }) => warnOfMissingGit(this.#logger)),
        importVmCheck().then(({ handleUnlistedVms }) =>
          handleUnlistedVms({ stateDirectory, adopt: adoptLeftovers, logger: this.#logger })
        ),
        importContainerCheck().then(({ removeUnlistedContainers }) =>
          removeUnlistedContainers({ stateDirectory, logger: this.#logger, signal: stop.signal })
        ),
      ])
    );
    return {
      async [Symbol.asyncDispose]() {
        stop.abort(new AbortReason("shutdown", "The worker ends"));
        begin();
        await looked;
      },
    };
  }

  #links(options: { ledger: OwnerLedger; standby: Standby; onChange: () => void }): UpstreamLinks {
    const { ledger, standby, onChange } = options;
    return new UpstreamLinks({
      name: this.#options.name,
      tasks: this.#tasks,
      ledger,
      info: () => this.#info(),
      standby: () => standby.information ? [standby.information] : [],
      onStandby: (parameters, logger) => obeyStandby(parameters, { standby, logger }),
      start: (task, session, logger) => this.#start(task, { session, ledger, standby, logger }),
      onChange,
      onRegistered: () => {
        this.#registered.resolve();
        onChange();
        // The first task need not wait for it then.
        importTask().catch(() => {});
      },
      onShutdown: () =>
        this.#shutdown.abort(new AbortReason("shutdown", "An upstream asked the worker to end")),
      observe: this.#observe,
      logger: this.#logger,
    });
  }

  #createStandby(ledger: OwnerLedger): Standby {
    const logger = this.#logger;
    return new Standby({
      parameters: this.#options.standby,
      prepare: async (parameters, signal) => {
        const { prepareStandby } = await import("./standby/prepare_standby.ts");
        return await prepareStandby(parameters, {
          isolations: isolationOptions(this.#options, { images: this.#images }),
          modifiers: this.#modifiers,
          isPulled: (image) => this.#prePull?.has(image) ?? false,
          security: this.#options.security ?? {},
          ledger,
          signal,
          observe: this.#observe,
          logger,
        });
      },
      onOutcome: (outcome, isolation) => {
        const instance = observedInstance(isolation);
        if (instance) this.#observe({ kind: "standby taken", hit: outcome === "hit", instance });
      },
      hasRoom: (wanted) =>
        hasRoom(wanted, {
          total: this.#options.resources ?? {},
          inUse: this.#tasks.resourcesInUse(),
          running: this.#tasks.size,
        }),
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
    options: { session: UpstreamSession; ledger: OwnerLedger; standby: Standby; logger: Logger },
  ): void {
    const {
      projectSource,
      heartbeatMs,
      maxMirrorBytes,
      stateDirectory,
      temporaryDirectory = tmpdir(),
      security = {},
    } = this.#options;
    const logger = options.logger.with({ task: task.id });
    const isolations = isolationOptions(this.#options, { images: this.#images });
    this.#observe({ kind: "task assigned" });
    this.#tasks.start(task, options.session, async (signal) => {
      const { runTask } = await importTask();
      await runTask(task, {
        session: options.session,
        isolations,
        security,
        modifiers: this.#modifiers,
        takeStandby: (task) => options.standby.take(task),
        ledger: options.ledger,
        temporaryDirectory,
        mirrors: {
          directory: join(stateDirectory, "mirrors"),
          ...(maxMirrorBytes === undefined ? {} : { maxBytes: maxMirrorBytes }),
        },
        ...(projectSource ? { projectSource } : {}),
        ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
        observe: this.#observe,
        logger,
      }, signal);
      logger.info(`task ${task.id} completed`);
    });
    logger.info(`started task ${task.id}`);
  }

  async #removeLeftovers(links: UpstreamLinks): Promise<void> {
    const { name, stateDirectory } = this.#options;
    const remove = async (resource: OwnedResource) =>
      await (await import("./ownership/remove_resource.ts")).removeResource(resource);
    const inherit = async (disabled: DisabledWorker) => {
      const own = [...links].filter(({ session }) =>
        name === disabled.name && session.endpoint === disabled.endpoint
      );
      for (const { disablement } of own) await disablement.inherit();
      return own.length > 0;
    };
    try {
      await withGrace(
        "waiting for what killed workers left behind to be removed, which goes on",
        LEFTOVERS_MS,
        () =>
          removeLeftovers({ stateDirectory, remove, inherit, observe: this.#observe, logger: this.#logger }),
      );
    } catch (error) {
      this.#logger.warning(errorMessage(error));
    }
  }
}
