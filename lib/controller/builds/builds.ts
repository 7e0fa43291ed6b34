import type { Clock } from "../clock.ts";
import type { BuildWatchers } from "../events/build_watchers.ts";
import type { IdSource } from "../id_source.ts";
import { noBuild } from "../not_found_error.ts";
import type { BuildEvent, BuildRecord, BuildSummary } from "../records.ts";
import type { BuildStore } from "../store/build_store.ts";
import type { TaskControl } from "../tasks/task_control.ts";
import type { TaskQueue } from "../workers/task_queue.ts";
import { draftBuild, type NewBuild } from "./new_build.ts";

/** What builds are made and kept with. */
export interface BuildsOptions {
  readonly store: BuildStore;
  readonly ids: IdSource;
  readonly queue: TaskQueue;
  readonly control: TaskControl;
  readonly watchers: BuildWatchers;
  readonly clock: Clock;
  /** Rejects with `StoreFullError` when there is no space for another build. */
  readonly requireSpace: () => Promise<void>;
}

/** The builds of a controller: to make, read, watch and cancel them. */
export class Builds {
  readonly #options: BuildsOptions;

  constructor(options: BuildsOptions) {
    this.#options = options;
  }

  /**
   * Stores a build and schedules its tasks. Rejects with `InvalidBuildError`, with `IdempotencyError`, or
   * with `StoreFullError` without space.
   */
  async create(build: NewBuild): Promise<BuildRecord> {
    const { store, ids, queue, clock, requireSpace } = this.#options;
    const draft = draftBuild(build, { ids, now: clock.now() });
    await requireSpace();
    const { id, waiting } = await store.create(draft);
    for (const task of waiting) queue.add(task);
    const stored = await store.find(id);
    if (stored === undefined) throw noBuild(id);
    return stored;
  }

  /** Builds made before the build `before`, or all, the last one first; at most `limit`. */
  list(page: { readonly before?: string; readonly limit: number }): Promise<BuildSummary[]> {
    return this.#options.store.list(page);
  }

  find(id: string): Promise<BuildRecord | undefined> {
    return this.#options.store.find(id);
  }

  /** A build without its tasks, of which it may have thousands. */
  findSummary(id: string): Promise<BuildSummary | undefined> {
    return this.#options.store.findSummary(id);
  }

  /** Aborts what of a build has not ended; workers are told to stop what they run of it. */
  async cancel(id: string, reason: string): Promise<void> {
    await this.#require(id);
    await this.#options.control.abortBuild(id, reason);
  }

  /**
   * What happened to a build after the event `after` (from its beginning by default), then what happens, until it has
   * ended. Logs are only announced: `CommandLogs` reads them. Rejects with the signal's reason.
   */
  async *watch(
    id: string,
    options: { readonly signal: AbortSignal; readonly after?: number },
  ): AsyncGenerator<BuildEvent> {
    await this.#require(id);
    yield* this.#options.watchers.watch(id, { after: 0, ...options });
  }

  async #require(id: string): Promise<void> {
    if (await this.findSummary(id) === undefined) throw noBuild(id);
  }
}
