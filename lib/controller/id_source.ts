import type { Clock } from "./clock.ts";

/**
 * Makes ids for builds and tasks: decimal numbers of 16 digits that fit the protocol's int64 and a JavaScript number,
 * and grow with time. They start with the clock's milliseconds, so that a controller whose data was lost does not give
 * a worker an id again that still runs there.
 */
export class IdSource {
  readonly #clock: Clock;
  #last: number;

  /** `last` is the greatest id that was ever given out, if any. */
  constructor(clock: Clock, last: string | undefined) {
    this.#clock = clock;
    this.#last = Number(last ?? 0);
  }

  next(): string {
    this.#last = Math.max(this.#last + 1, this.#clock.now() * 1_000);
    return String(this.#last);
  }
}
