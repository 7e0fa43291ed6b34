import type { Clock } from "../clock.ts";

/** How far a clock may move within a few minutes before somebody must have set it. */
const JUMP_MS = 60_000;

/** For how long a clock that was set is not trusted, so that there is time to set it right. */
const DISTRUST_MS = 24 * 3_600_000;

/** Notices when the wall clock is set, so that nothing is taken for old that is not. */
export class ClockWatch {
  readonly #clock: Clock;
  #offset: number;
  #trustedFrom = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offset = clock.now() - clock.elapsed();
  }

  /** Whether the clock was not set since the last call, nor during the day before it. */
  isSteady(): boolean {
    const elapsed = this.#clock.elapsed();
    const offset = this.#clock.now() - elapsed;
    if (Math.abs(offset - this.#offset) > JUMP_MS) this.#trustedFrom = elapsed + DISTRUST_MS;
    this.#offset = offset;
    return elapsed >= this.#trustedFrom;
  }
}
