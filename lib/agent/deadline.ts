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
  readonly #limit = new AbortController();
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  #extended: AbortSignal | undefined;
  /** For ordinary commands. */
  readonly signal: AbortSignal;

  constructor(options: DeadlineOptions) {
    this.#options = options;
    this.signal = AbortSignal.any([options.signal, this.#limit.signal]);
    const reason = new AbortReason("timeout", `Timed out! ${this.#limitText()} ran out`);
    if (options.timeoutSeconds > 0) {
      this.#after(options.timeoutSeconds * 1000, () => this.#limit.abort(reason));
    }
  }

  /** Whether the task's limit ran out. */
  get timedOut(): boolean {
    return this.#limit.signal.aborted;
  }

  /** For `ALWAYS` and `ON_TIMEOUT` commands: the extra time counts from the first call. */
  get extendedSignal(): AbortSignal {
    this.#extended ??= AbortSignal.any([this.#options.signal, this.#extendedLimit()]);
    return this.#extended;
  }

  #extendedLimit(): AbortSignal {
    const { extraMs } = this.#options;
    const limit = new AbortController();
    const extra = `the ${extraMs / 1000} s that its last commands get at least`;
    const reason = new AbortReason("timeout", `Timed out! ${this.#limitText()} and ${extra} ran out`);
    let extraOver = false;
    const check = () => {
      if (extraOver && this.timedOut) limit.abort(reason);
    };
    this.#limit.signal.addEventListener("abort", check, { once: true });
    this.#after(extraMs, () => {
      extraOver = true;
      check();
    });
    return limit.signal;
  }

  #limitText(): string {
    return `The task's time limit of ${this.#options.timeoutSeconds} s (timeout_in)`;
  }

  #after(ms: number, action: () => void): void {
    if (ms <= MAX_TIMER_MS) this.#timers.push(setTimeout(action, ms));
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
