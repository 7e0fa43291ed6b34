import { delay } from "../../async/delay.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import { formatByteSize } from "../../units/byte_size.ts";
import type { ArtifactStorage } from "../blobs/artifact_storage.ts";
import type { CacheStorage } from "../blobs/cache_storage.ts";
import type { Clock } from "../clock.ts";
import type { Logs } from "../logs/logs.ts";
import type { Store } from "../store/store.ts";
import { ClockWatch } from "./clock_watch.ts";

/** What is kept of builds that have ended. Without a limit all is. */
export interface RetentionLimits {
  /** Builds that ended longer ago are forgotten, in milliseconds. */
  readonly keepMs?: number;
  /** While builds, their logs and artifacts, and caches take more bytes, the builds that ended first are forgotten. */
  readonly maxDiskBytes?: number;
}

export interface RetentionOptions extends RetentionLimits {
  readonly store: Pick<Store, "builds" | "artifacts" | "usedBytes" | "compact">;
  readonly logs: Pick<Logs, "removeFiles" | "usedBytes">;
  readonly artifacts: Pick<ArtifactStorage, "removeBuild">;
  readonly caches: Pick<CacheStorage, "usedBytes">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often it looks. Not at the start: a machine that has just booted may not know the time yet. */
const SWEEP_MS = 5 * 60_000;

/** How many builds are looked up at once. */
const BATCH = 100;

/** Forgets builds that have ended, with their logs and artifacts, by age and for space. What runs is never touched. */
export class Retention implements Disposable {
  readonly #options: RetentionOptions;
  readonly #clockWatch: ClockWatch;
  #limits: RetentionLimits;
  #timer: Disposable | undefined;
  #closed = false;
  #overfull = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#limits = options;
    this.#clockWatch = new ClockWatch(options.clock);
  }

  /** Looks every few minutes from now on, where there is a limit. */
  start(): void {
    const { keepMs, maxDiskBytes } = this.#limits;
    const { clock } = this.#options;
    if (this.#closed || (keepMs === undefined && maxDiskBytes === undefined)) return;
    this.#timer = clock.after(SWEEP_MS, () => void this.#sweep());
  }

  /** Keeps to other limits from the next look on. */
  change(limits: RetentionLimits): void {
    this.#limits = limits;
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
  }

  async #sweep(): Promise<void> {
    const { keepMs, maxDiskBytes } = this.#limits;
    const { store, clock, logger } = this.#options;
    try {
      const steady = this.#clockWatch.isSteady();
      if (keepMs !== undefined && steady) await this.#removeOlder(clock.now() - keepMs);
      if (maxDiskBytes !== undefined) await this.#shrink(maxDiskBytes);
      while (!this.#closed && await store.compact()) await delay(0);
    } catch (error) {
      if (!this.#closed) logger.error(`could not forget old builds: ${errorMessage(error)}`);
    }
    this.start();
  }

  async #removeOlder(endedBefore: number): Promise<void> {
    const { store: { builds }, logger } = this.#options;
    let removed = 0;
    for (let progress = true; progress;) {
      progress = false;
      for (const id of await builds.removable({ endedBefore, limit: BATCH })) {
        if (await this.#remove(id) === undefined) continue;
        progress = true;
        removed++;
      }
    }
    if (removed > 0) logger.info(`forgot ${removed} builds that ended long ago`);
  }

  async #shrink(maxBytes: number): Promise<void> {
    const { store, logs, caches, logger } = this.#options;
    let fileBytes = await logs.usedBytes() + await store.artifacts.totalBytes() + await caches.usedBytes();
    const used = async () => fileBytes + await store.usedBytes();
    let removed = 0;
    let progress = true;
    while (progress && await used() > maxBytes) {
      progress = false;
      for (const id of await store.builds.removable({ endedBefore: Infinity, limit: BATCH })) {
        const freed = await this.#remove(id);
        if (freed === undefined) continue;
        progress = true;
        removed++;
        fileBytes -= freed;
        if (await used() <= maxBytes) break;
      }
    }
    if (removed > 0) logger.info(`forgot ${removed} builds to make space`);
    this.#warnOfRest(await used(), maxBytes);
  }

  /** Resolves with the bytes of its files; undefined when it is still needed, or this ends. */
  async #remove(id: string): Promise<number | undefined> {
    const { store: { builds }, logs, artifacts } = this.#options;
    // Between two builds calls are answered.
    await delay(0);
    const files = this.#closed ? undefined : await builds.remove(id);
    if (files === undefined) return undefined;
    await artifacts.removeBuild(id);
    return files.artifactBytes + await logs.removeFiles(files.logs);
  }

  #warnOfRest(used: number, maxBytes: number): void {
    const overfull = used > maxBytes;
    if (overfull && !this.#overfull) {
      this.#options.logger.warning(
        `builds that run and caches take ${formatByteSize(used)}, more than the ${
          formatByteSize(maxBytes)
        } allowed: ` +
          "nothing is left that could be forgotten",
      );
    }
    this.#overfull = overfull;
  }
}
