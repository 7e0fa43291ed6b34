import type { LogEvent } from "../records.ts";

/** What one who watches a build has not been told yet. */
export class Watcher {
  readonly #wants: (event: LogEvent) => boolean;
  readonly #grown = new Map<string, LogEvent>();
  #changed = false;
  #wake = () => {};

  /** `wants` says whether to tell of a log. */
  constructor(wants: (event: LogEvent) => boolean) {
    this.#wants = wants;
  }

  /** There is something new. */
  wake(): void {
    this.#changed = true;
    this.#wake();
  }

  /** A log has grown; of the same log only the last is kept. */
  logGrew(event: LogEvent): void {
    if (!this.#wants(event)) return;
    this.#grown.set(`${event.taskId} ${event.command}`, event);
    this.wake();
  }

  /** The logs that have grown since the last time. */
  takeGrown(): LogEvent[] {
    const events = [...this.#grown.values()];
    this.#grown.clear();
    return events;
  }

  /** Resolves when there is something new since the last time. Rejects with the signal's reason. */
  async changed(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    signal.addEventListener("abort", this.#wake);
    try {
      if (!this.#changed && !signal.aborted) await promise;
      signal.throwIfAborted();
      this.#changed = false;
    } finally {
      signal.removeEventListener("abort", this.#wake);
    }
  }
}
