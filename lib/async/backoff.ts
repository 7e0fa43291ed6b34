/** How long to wait between tries. All times in milliseconds. */
export interface BackoffOptions {
  /** The first wait; 1,000 by default. */
  readonly initialMs?: number;
  /** The longest wait; 60,000 by default. */
  readonly maxMs?: number;
  /** A number in [0, 1); `Math.random` by default. */
  readonly random?: () => number;
}

/** Exponential backoff with jitter: each wait is between half and all of a bound that doubles up to `maxMs`. */
export class Backoff {
  readonly #initialMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #tries = 0;

  constructor(options: BackoffOptions = {}) {
    this.#initialMs = options.initialMs ?? 1_000;
    this.#maxMs = options.maxMs ?? 60_000;
    this.#random = options.random ?? Math.random;
  }

  /** The milliseconds to wait before the next try. */
  next(): number {
    const bound = Math.min(this.#maxMs, this.#initialMs * 2 ** this.#tries++);
    return bound / 2 + this.#random() * bound / 2;
  }

  /** Starts again from the first wait; call it after a success. */
  reset(): void {
    this.#tries = 0;
  }
}
