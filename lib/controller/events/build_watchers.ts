import type { BuildEvent, LogEvent } from "../records.ts";
import type { BuildStore } from "../store/build_store.ts";
import { Watcher } from "./watcher.ts";

/** How many stored events are read at once. */
const PAGE = 500;

export interface BuildWatchersOptions {
  readonly builds: Pick<BuildStore, "events" | "findSummary">;
  /** The logs that a build's commands have by now. */
  readonly logsOf: (buildId: string) => Promise<LogEvent[]>;
  /** The log of one command; undefined when it has none. */
  readonly logOf: (taskId: string, command: string) => Promise<LogEvent | undefined>;
}

/**
 * Tells whoever watches a build what happens to it. Events are read from the store, so that a slow watcher misses none
 * and holds none in memory; of a log that has grown ten times in between, it is told once.
 */
export class BuildWatchers {
  readonly #options: BuildWatchersOptions;
  readonly #watchers = new Map<string, Set<Watcher>>();

  constructor(options: BuildWatchersOptions) {
    this.#options = options;
  }

  /** Something of a build was stored. */
  moved(buildId: string): void {
    for (const watcher of this.#watchers.get(buildId) ?? []) watcher.wake();
  }

  /** There is more to read of a log. */
  logGrew(buildId: string, event: LogEvent): void {
    for (const watcher of this.#watchers.get(buildId) ?? []) watcher.logGrew(event);
  }

  /**
   * What happened to a build after the event `after`, then what happens, until the build has ended. The end of a command
   * comes after the last word on its log. Rejects with the signal's reason when it aborts.
   */
  async *watch(buildId: string, options: { signal: AbortSignal; after: number }): AsyncGenerator<BuildEvent> {
    const { builds, logOf, logsOf } = this.#options;
    const { signal } = options;
    using watcher = this.#enter(buildId, () => true);
    let after = options.after;
    let ended = false;
    for (let caughtUp = false;;) {
      signal.throwIfAborted();
      const events = await builds.events(buildId, { after, limit: PAGE });
      yield* watcher.takeGrown();
      for (const event of events) {
        after = event.seq;
        if (event.kind === "command" && "durationMs" in event.state) {
          const log = await logOf(event.taskId, event.command);
          if (log) yield log;
        }
        yield event;
        if (event.kind === "build") ended = event.status !== "executing";
      }
      if (events.length > 0) continue;
      if (ended) return;
      if (!caughtUp) {
        caughtUp = true;
        // Who comes back after the end of a build hears of it no more.
        ended = (await builds.findSummary(buildId))?.status !== "executing";
        if (ended) continue;
        yield* await logsOf(buildId);
      }
      await watcher.changed(signal);
    }
  }

  /**
   * Yields at once, and again after each change of a build's state or of the log of this one command. Rejects with the
   * signal's reason when it aborts.
   */
  async *changes(
    buildId: string,
    options: { readonly signal: AbortSignal; readonly taskId: string; readonly command: string },
  ): AsyncGenerator<void> {
    const { signal, taskId, command } = options;
    using watcher = this.#enter(buildId, (log) => log.taskId === taskId && log.command === command);
    for (;;) {
      yield;
      await watcher.changed(signal);
      watcher.takeGrown();
    }
  }

  #enter(buildId: string, wants: (event: LogEvent) => boolean): Watcher & Disposable {
    const watchers = this.#watchers.get(buildId) ?? new Set();
    this.#watchers.set(buildId, watchers);
    const watcher = Object.assign(new Watcher(wants), {
      [Symbol.dispose]: () => {
        watchers.delete(watcher);
        if (watchers.size === 0) this.#watchers.delete(buildId);
      },
    });
    watchers.add(watcher);
    return watcher;
  }
}
