import type { Logger } from "../logging/logger.ts";
import { RpcServer } from "../rpc/server.ts";
import type { ServerCertificate } from "../rpc/server_certificate.ts";
import { Artifacts } from "./artifacts/artifacts.ts";
import { assemble, type Parts } from "./assemble.ts";
import { draftBuild, InvalidBuildError, type NewBuild } from "./builds/new_build.ts";
import { Blobs } from "./blobs/blobs.ts";
import { FileArtifactStorage, type FileArtifactStorageOptions } from "./blobs/file_artifact_storage.ts";
import { FileCacheStorage } from "./blobs/file_cache_storage.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type DataDirectory, openDataDirectory } from "./data_directory.ts";
import { followLog, isLogOver, type LogOfTry } from "./logs/follow_log.ts";
import type { LogSlice } from "./logs/logs.ts";
import { ControllerMetrics } from "./metrics/controller_metrics.ts";
import { currentMetrics } from "./metrics/current_metrics.ts";
import type { MetricFamily } from "./metrics/metric_family.ts";
import type { BuildEvent, BuildRecord, BuildSummary, TaskRecord, WorkerRecord } from "./records.ts";
import { NotFoundError } from "./not_found_error.ts";
import { Retention, type RetentionLimits } from "./retention/retention.ts";
import { RegistrationTokens } from "./services/registration_tokens.ts";
import { SqliteStore } from "./store/sqlite/sqlite_store.ts";
import type { Store } from "./store/store.ts";
import type { WatchdogLimits } from "./tasks/watchdog.ts";
import type { WaitReason } from "./workers/explain_wait.ts";

export interface ControllerOptions extends Partial<WatchdogLimits>, RetentionLimits {
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Workers reach it by TLS with one, in plaintext without. */
  readonly certificate?: ServerCertificate;
  /** Where builds and logs are kept, by one controller at a time; `:memory:` keeps them until the controller ends. */
  readonly dataDirectory: string;
  /** What workers must know to join; any of several. */
  readonly registrationToken: string | readonly string[];
  /** How many tasks that ask for no resources a worker runs at once; 1 by default. */
  readonly maxTasksWithoutResources?: number;
  /** How many younger tasks may pass one that waits for room, on workers that could run it; 10 by default. */
  readonly maxPasses?: number;
  /** How long a poll is held when there is nothing to tell, in milliseconds; 5,000 by default. */
  readonly holdMs?: number;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly caches?: CacheOptions;
  /** Where artifacts go: a folder of the data directory by default. */
  readonly artifacts?: FileArtifactStorageOptions;
}

/** How caches of tasks are kept. */
export interface CacheOptions {
  /** Several controllers may share it; a folder of the data directory by default. */
  readonly directory?: string;
  /** What all of them may have together; 25 GB by default. */
  readonly maxBytes?: number;
  /** Where the caches of builds that name no repository belong: to this one. */
  readonly defaultRepository?: string;
}

/** The limits default to 5 minutes for a silent worker, 24 hours of waiting, and none for a silent agent. */
const DEFAULTS = {
  maxTasksWithoutResources: 1,
  maxPasses: 10,
  holdMs: 5_000,
  workerTimeoutMs: 5 * 60_000,
  queueTimeoutMs: 24 * 3_600_000,
  clock: systemClock,
} as const;

const DEFAULT_CACHE_BYTES = 25e9;

/** The most of a log that is read at once. */
const MAX_SLICE_BYTES = 1024 * 1024;

/** A worker, and what it has of ours. */
export interface WorkerStatus extends WorkerRecord {
  /** Whether it is connected. */
  readonly live: boolean;
  /** What is taken of its resources, by tasks of other upstreams too. */
  readonly resourcesInUse: ReadonlyMap<string, number>;
  /** The tasks that it has. */
  readonly tasks: readonly Pick<TaskRecord, "id" | "buildId" | "name">[];
}

/** The log of a command, in the last try of its task. */
export interface LogName {
  readonly taskId: string;
  readonly command: string;
}

/** The upstream that workers poll: takes builds in, gives their tasks to workers, and keeps what comes of them. */
export class Controller implements AsyncDisposable {
  /** What tasks store, for an HTTP listener to serve. */
  readonly blobs: Blobs;
  /** What tasks uploaded, to be read. */
  readonly artifacts: Artifacts;
  readonly #directory: DataDirectory;
  readonly #store: Store;
  readonly #parts: Parts;
  readonly #retention: Retention;
  readonly #server: RpcServer;
  readonly #clock: Clock;
  readonly #resources: AsyncDisposableStack;

  private constructor(
    options: {
      directory: DataDirectory;
      store: Store;
      parts: Parts;
      retention: Retention;
      server: RpcServer;
      blobs: Blobs;
      artifacts: Artifacts;
      clock: Clock;
      resources: AsyncDisposableStack;
    },
  ) {
    this.#directory = options.directory;
    this.#store = options.store;
    this.blobs = options.blobs;
    this.artifacts = options.artifacts;
    this.#parts = options.parts;
    this.#retention = options.retention;
    this.#server = options.server;
    this.#clock = options.clock;
    this.#resources = options.resources;
  }

  /** Opens the data and listens. Rejects with an `Error` that says what is in the way. */
  static async start(options: ControllerOptions): Promise<Controller> {
    const settings = { ...DEFAULTS, ...options };
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
        clock: settings.clock,
      }),
    );
    const artifacts = new FileArtifactStorage(
      options.artifacts ?? { directory: directory.artifacts, draftsDirectory: directory.artifactDrafts },
    );
    await artifacts.removeLeftovers();
    const blobs = new Blobs({ caches, artifacts, clock: settings.clock, logger: options.logger });
    const urlOf: Blobs["urlOf"] = (grant, context) => blobs.urlOf(grant, context);
    const parts = await assemble({
      ...settings,
      store,
      tokens,
      metrics,
      logsDirectory: directory.logs,
      caches: {
        storage: caches,
        urlOf,
        defaultRepository: options.caches?.defaultRepository ?? "",
      },
      artifacts: { storage: artifacts, urlOf },
    });
    resources.use(parts.watchdog);
    const retention = resources.use(
      new Retention({ ...settings, store, logs: parts.logs, artifacts, caches }),
    );
    retention.start();
    const server = await RpcServer.listen({
      hostname: options.hostname,
      port: options.port,
      ...options.certificate && { certificate: options.certificate },
      services: parts.services,
    });
    return new Controller({
      directory,
      store,
      parts,
      retention,
      server,
      blobs,
      artifacts: new Artifacts({ index: store.artifacts, storage: artifacts }),
      clock: settings.clock,
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

  /**
   * Stores a build and schedules its tasks. Rejects with `InvalidBuildError`, with `IdempotencyError`, or
   * with `StoreFullError` without space.
   */
  async createBuild(build: NewBuild): Promise<BuildRecord> {
    const { ids, queue } = this.#parts;
    const draft = draftBuild(build, { ids, now: this.#clock.now() });
    await this.#directory.requireSpace();
    const { id, waiting } = await this.#store.builds.create(draft);
    for (const task of waiting) queue.add(task);
    return await this.#require(id);
  }

  /** Builds made before the build `before`, or all, the last one first; at most `limit`. */
  listBuilds(page: { readonly before?: string; readonly limit: number }): Promise<BuildSummary[]> {
    return this.#store.builds.list(page);
  }

  findBuild(id: string): Promise<BuildRecord | undefined> {
    return this.#store.builds.find(id);
  }

  /** A build without its tasks, of which it may have thousands. */
  findBuildSummary(id: string): Promise<BuildSummary | undefined> {
    return this.#store.builds.findSummary(id);
  }

  findTask(taskId: string): Promise<TaskRecord | undefined> {
    return this.#store.builds.findTask(taskId);
  }

  /** Aborts what of a build has not ended; workers are told to stop what they run of it. */
  async cancelBuild(id: string, reason: string): Promise<void> {
    await this.#requireSummary(id);
    await this.#parts.control.abortBuild(id, reason);
  }

  /** Aborts a task that has not ended; a worker that has it is told to stop it. */
  async cancelTask(taskId: string, reason: string): Promise<void> {
    await this.#requireTask(taskId);
    await this.#parts.control.decide(taskId, { status: "aborted", message: reason }, { stop: true });
  }

  /**
   * Runs a task again that has ended, as a new task in its place; the old one keeps its record. Tasks that could not run
   * because of the old one wait for the new one. Rejects with `InvalidBuildError` when the task cannot be run again, or with
   * `StoreFullError` without space.
   */
  async rerunTask(taskId: string): Promise<TaskRecord> {
    await this.#requireTask(taskId);
    await this.#directory.requireSpace();
    const newId = this.#parts.ids.next();
    if (await this.#parts.control.rerun(taskId, newId)) return await this.#requireTask(newId);
    throw new InvalidBuildError(
      `Running task ${taskId} again: it has not run, has not ended, or was run again before, ` +
        "or a task on which it depends did not pass; run that one again",
    );
  }

  /** The workers that ever polled, those that are away too. */
  workers(): WorkerStatus[] {
    const { pool, assignments } = this.#parts;
    return [...pool.workers].map((worker) => ({
      ...worker.record,
      live: pool.isLive(worker),
      resourcesInUse: worker.capacity().inUse,
      tasks: worker.taskIds.flatMap((id) => {
        const record = assignments.find(id)?.record;
        return record ? [{ id, buildId: record.buildId, name: record.definition.name }] : [];
      }),
    }));
  }

  /** Says whether a worker is given tasks; what it runs goes on. False when there is no such worker. */
  async setWorkerDisabled(name: string, disabled: boolean): Promise<boolean> {
    const worker = this.#parts.pool.find(name);
    if (worker) await this.#parts.polls.setDisabled(worker, disabled);
    return worker !== undefined;
  }

  /** Forgets a worker that is away and has no task; false when it is not so. */
  forgetWorker(name: string): Promise<boolean> {
    return this.#parts.pool.forget(name);
  }

  /**
   * What happened to a build after the event `after` (from its beginning by default), then what happens, until it has
   * ended. Logs are only announced: `readLog` reads them. Rejects with the signal's reason.
   */
  async *watchBuild(
    id: string,
    options: { readonly signal: AbortSignal; readonly after?: number },
  ): AsyncGenerator<BuildEvent> {
    await this.#requireSummary(id);
    yield* this.#parts.watchers.watch(id, { after: 0, ...options });
  }

  /**
   * Reads a part of a command's log, in the last try of its task: at most `length` bytes and 1 MiB, fewer where the log
   * ends. Undefined when there is no such log.
   */
  async readLog(
    log: LogName,
    part: { readonly offset: number; readonly length?: number },
  ): Promise<LogSlice | undefined> {
    return (await this.#readTry(log, part))?.slice;
  }

  /**
   * Yields a command's log from a byte on, as it grows, until the command or its task has ended. When the task loses its
   * worker and starts over, what is yielded starts over too. Rejects with the signal's reason.
   */
  async *followLog(
    log: LogName,
    options: { readonly offset: number; readonly signal: AbortSignal },
  ): AsyncGenerator<Uint8Array> {
    const { buildId } = await this.#requireTask(log.taskId);
    yield* followLog({
      changes: this.#parts.watchers.changes(buildId, { ...log, signal: options.signal }),
      isOver: async () => isLogOver(await this.findTask(log.taskId), log.command),
      read: (offset) => this.#readTry(log, { offset }),
    }, options.offset);
  }

  /** Tells of each worker why it has not taken a task; undefined when the task waits for none. */
  explainWait(taskId: string): WaitReason[] | undefined {
    return this.#parts.explain(taskId);
  }

  /** Rejects with an `Error` when the controller cannot do its work: its store does not answer. */
  async checkReady(): Promise<void> {
    await this.#store.builds.lastId();
  }

  /** What was counted since the start, and how things are now. */
  async metrics(): Promise<MetricFamily[]> {
    const { tasks } = this.#store;
    const { queue, pool, metrics } = this.#parts;
    return [...await currentMetrics({ tasks, queue, pool, clock: this.#clock }), ...metrics.families()];
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

  async #readTry(
    log: LogName,
    part: { readonly offset: number; readonly length?: number },
  ): Promise<LogOfTry | undefined> {
    const { logs, logKey } = this.#parts;
    const key = await logKey(log.taskId, log.command);
    const length = Math.min(part.length ?? MAX_SLICE_BYTES, MAX_SLICE_BYTES);
    const slice = key && await logs.read(key, { offset: part.offset, length });
    return slice && { assignmentId: key.assignmentId, slice };
  }

  async #requireTask(taskId: string): Promise<TaskRecord> {
    const task = await this.findTask(taskId);
    if (task === undefined) throw new NotFoundError(`Looking for task ${taskId}: there is none`);
    return task;
  }

  async #requireSummary(id: string): Promise<BuildSummary> {
    return await this.findBuildSummary(id) ?? noBuild(id);
  }

  async #require(id: string): Promise<BuildRecord> {
    return await this.#store.builds.find(id) ?? noBuild(id);
  }
}

function noBuild(id: string): never {
  throw new NotFoundError(`Looking for build ${id}: there is none`);
}
