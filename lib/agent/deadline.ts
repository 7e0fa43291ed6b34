import { AbortReason } from "../async/abort_reason.ts";

/** A timer takes no longer than this, in milliseconds; a longer limit is none. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface DeadlineOptions {
  /** The limit of the whole task, in seconds; 0 or less is none. */
  readonly timeoutSeconds: number;
  /** What the commands that come last get, from the first of them on; in milliseconds. */
  readonly extraMs: number;
  /** Ends everything, whatever the time. */
  readonly signal: AbortSignal;
}

/** How long the commands of a task may take. Begins when it is made; dispose it. */
export class Deadline implements Disposable {
  readonly #options: DeadlineOptions;
  readonly #limitMs: number;
  readonly #startedAt = performance.now();
  readonly #limit = new AbortController();
  readonly #extendedLimit = new AbortController();
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  #extended: AbortSignal | undefined;
  /** For ordinary commands. */
  readonly signal: AbortSignal;

  constructor(options: DeadlineOptions) {
    this.#options = options;
    this.#limitMs = options.timeoutSeconds > 0 ? options.timeoutSeconds * 1000 : Infinity;
    this.signal = AbortSignal.any([options.signal, this.#limit.signal]);
    this.#abortAfter(this.#limit, this.#limitMs);
  }

  /** Whether the task's limit ran out. */
  get timedOut(): boolean {
    return this.#limit.signal.aborted;
  }

  /** For `ALWAYS` and `ON_TIMEOUT` commands: the extra time counts from the first call. */
  get extendedSignal(): AbortSignal {
    if (this.#extended) return this.#extended;
    this.#extended = AbortSignal.any([this.#options.signal, this.#extendedLimit.signal]);
    const left = this.#limitMs - (performance.now() - this.#startedAt);
    this.#abortAfter(this.#extendedLimit, Math.max(left, this.#options.extraMs));
    return this.#extended;
  }

  #abortAfter(controller: AbortController, ms: number): void {
    if (ms > MAX_TIMER_MS) return;
    const reason = new AbortReason("timeout", this.#message(ms));
    this.#timers.push(setTimeout(() => controller.abort(reason), ms));
  }

  #message(ms: number): string {
    return `Timed out! The task's time limit of ${this.#options.timeoutSeconds} s (timeout_in) ran out` +
      (ms === this.#limitMs
        ? ""
        : `, and so did the ${this.#options.extraMs / 1000} s more for the last commands`);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
