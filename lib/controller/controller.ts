import { RpcServer } from "../rpc/server.ts";
import { Artifacts } from "./artifacts/artifacts.ts";
import { assemble, type Parts } from "./assemble.ts";
import { Blobs } from "./blobs/blobs.ts";
import { FileArtifactStorage } from "./blobs/file_artifact_storage.ts";
import { FileCacheStorage } from "./blobs/file_cache_storage.ts";
import type { Builds } from "./builds/builds.ts";
import type { Clock } from "./clock.ts";
import { openDataDirectory } from "./data_directory.ts";
import type { CommandLogs } from "./logs/command_logs.ts";
import { ControllerMetrics } from "./metrics/controller_metrics.ts";
import { currentMetrics } from "./metrics/current_metrics.ts";
import type { MetricFamily } from "./metrics/metric_family.ts";
import { Retention, type RetentionLimits } from "./retention/retention.ts";
import { RegistrationTokens } from "./services/registration_tokens.ts";
import { DEFAULT_CACHE_BYTES, START_DEFAULTS, type StartOptions } from "./start_options.ts";
import { SqliteStore } from "./store/sqlite/sqlite_store.ts";
import type { Store } from "./store/store.ts";
import type { Tasks } from "./tasks/tasks.ts";
import type { WatchdogLimits } from "./tasks/watchdog.ts";
import type { Workers } from "./workers/workers.ts";

/** What a started controller is made of. */
interface ControllerParts {
  readonly store: Store;
  readonly parts: Parts;
  readonly metrics: ControllerMetrics;
  readonly retention: Retention;
  readonly server: RpcServer;
  readonly blobs: Blobs;
  readonly artifacts: Artifacts;
  readonly clock: Clock;
  readonly resources: AsyncDisposableStack;
}

/** The upstream that workers poll: takes builds in, gives their tasks to workers, and keeps what comes of them. */
export class Controller implements AsyncDisposable {
  readonly builds: Builds;
  readonly tasks: Tasks;
  readonly logs: CommandLogs;
  readonly workers: Workers;
  /** What tasks store, for an HTTP listener to serve. */
  readonly blobs: Blobs;
  /** What tasks uploaded, to be read. */
  readonly artifacts: Artifacts;
  readonly #store: Store;
  readonly #parts: Parts;
  readonly #metrics: ControllerMetrics;
  readonly #retention: Retention;
  readonly #server: RpcServer;
  readonly #clock: Clock;
  readonly #resources: AsyncDisposableStack;

  private constructor(made: ControllerParts) {
    this.builds = made.parts.builds;
    this.tasks = made.parts.tasks;
    this.logs = made.parts.logs;
    this.workers = made.parts.workers;
    this.blobs = made.blobs;
    this.artifacts = made.artifacts;
    this.#store = made.store;
    this.#parts = made.parts;
    this.#metrics = made.metrics;
    this.#retention = made.retention;
    this.#server = made.server;
    this.#clock = made.clock;
    this.#resources = made.resources;
  }

  /** Opens the data and listens. Rejects with an `Error` that says what is in the way. */
  static async start(options: StartOptions): Promise<Controller> {
    const settings = { ...START_DEFAULTS, ...options };
    const { clock } = settings;
    const tokens = new RegistrationTokens([options.registrationToken].flat());
    await using resources = new AsyncDisposableStack();
    const directory = resources.use(await openDataDirectory(options.dataDirectory));
    const metrics = new ControllerMetrics();
    const store = resources.use(
      SqliteStore.open(
        directory.database,
        (operation, seconds) => metrics.storeDuration.observe(seconds, { operation }),
      ),
    );
    const caches = resources.use(
      await FileCacheStorage.open({
        directory: options.caches?.directory ?? directory.caches,
        maxBytes: options.caches?.maxBytes ?? DEFAULT_CACHE_BYTES,
        clock,
      }),
    );
    const artifacts = new FileArtifactStorage(
      options.artifacts ?? { directory: directory.artifacts, draftsDirectory: directory.artifactDrafts },
    );
    await artifacts.removeLeftovers();
    if (options.artifacts === undefined) {
      await artifacts.removeForgotten(async (id) => await store.builds.findSummary(id) !== undefined);
    }
    const blobs = new Blobs({ caches, artifacts, clock, logger: options.logger });
    const urlOf: Blobs["urlOf"] = (grant, context) => blobs.urlOf(grant, context);
    const parts = await assemble({
      ...settings,
      store,
      tokens,
      metrics,
      logsDirectory: directory.logs,
      requireSpace: directory.requireSpace,
      caches: {
        storage: caches,
        urlOf,
        defaultRepository: options.caches?.defaultRepository ?? "",
      },
      artifacts: { storage: artifacts, urlOf },
    });
    resources.use(parts.watchdog);
    const retention = resources.use(
      new Retention({ ...settings, store, logs: parts.storedLogs, artifacts, caches }),
    );
    retention.start();
    const server = await RpcServer.listen({
      hostname: options.hostname,
      port: options.port,
      ...options.certificate && { certificate: options.certificate },
      services: parts.services,
    });
    return new Controller({
      store,
      parts,
      metrics,
      retention,
      server,
      blobs,
      artifacts: new Artifacts({ index: store.artifacts, storage: artifacts }),
      clock,
      resources: resources.move(),
    });
  }

  /** Where workers reach it: `http://host:port`, or `https://host:port` with a certificate. */
  get endpoint(): string {
    return this.#server.endpoint;
  }

  get port(): number {
    return this.#server.port;
  }

  /** Keeps to other limits from now on; what runs goes on. */
  changeLimits(limits: RetentionLimits & WatchdogLimits): void {
    this.#retention.change(limits);
    this.#parts.watchdog.change(limits);
  }

  /** Rejects with an `Error` when the controller cannot do its work: its store does not answer. */
  async checkReady(): Promise<void> {
    await this.#store.builds.lastId();
  }

  /** What was counted since the start, and how things are now. */
  async metrics(): Promise<MetricFamily[]> {
    const { tasks } = this.#store;
    const { queue, pool } = this.#parts;
    const now = await currentMetrics({ tasks, queue, pool, clock: this.#clock });
    return [...now, ...this.#metrics.families()];
  }

  /** Gives out nothing any more, and answers polls at once; all else goes on. */
  stopGiving(): void {
    this.#parts.dispatcher.close();
  }

  /**
   * Gives out nothing any more, lets calls end for `graceMs` (5,000 by default), and closes. Idempotent; another call
   * may shorten the grace.
   */
  async close(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.stopGiving();
    try {
      await this.#server.close(options);
    } finally {
      await this.#resources.disposeAsync();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
