import type { Backoff } from "../../async/backoff.ts";

const DEFAULT_INTERVAL_SECONDS = 10;
const MAX_INTERVAL_SECONDS = 3_600;

/**
 * When one upstream is polled next. All times are milliseconds of one monotonic clock.
 *
 * The interval counts from the start of the last poll, so that a poll which was held longer is followed at
 * once. So is a poll that brought a task, since the upstream may have another one, and a task's end, since
 * it makes room. A failed poll is followed after a backoff, which nothing shortens.
 */
export class PollSchedule {
  readonly #backoff: Backoff;
  #intervalMs = DEFAULT_INTERVAL_SECONDS * 1_000;
  #startedAt = -Infinity;
  #dueAt = -Infinity;
  #inFlight = false;
  #failing = false;
  /** What the poll in flight has said holds no longer. */
  #outdated = false;

  constructor(backoff: Backoff) {
    this.#backoff = backoff;
  }

  /** Milliseconds until the next poll is due, 0 when it is. Not to be asked while one is in flight. */
  waitMs(now: number): number {
    return Math.max(0, this.#dueAt - now);
  }

  pollStarted(now: number): void {
    this.#startedAt = now;
    this.#inFlight = true;
    this.#outdated = false;
  }

  /** `intervalSeconds` is what the upstream asked for; values outside 1 to 3,600 change nothing. */
  pollAnswered(answer: { intervalSeconds: number; broughtTask: boolean }): void {
    this.#inFlight = false;
    this.#failing = false;
    this.#backoff.reset();
    if (answer.intervalSeconds >= 1 && answer.intervalSeconds <= MAX_INTERVAL_SECONDS) {
      this.#intervalMs = answer.intervalSeconds * 1_000;
    }
    const atOnce = answer.broughtTask || this.#outdated;
    this.#dueAt = atOnce ? -Infinity : this.#startedAt + this.#intervalMs;
  }

  /** Returns the milliseconds until the next try. */
  pollFailed(now: number): number {
    this.#inFlight = false;
    this.#failing = true;
    const wait = this.#backoff.next();
    this.#dueAt = now + wait;
    return wait;
  }

  /** The session ended between two good polls: the next one needs only a new session. */
  sessionLost(): void {
    this.#inFlight = false;
    this.#dueAt = -Infinity;
  }

  /** What the last poll has said holds no longer: a task has ended, or the worker is told otherwise. */
  outdated(): void {
    if (this.#inFlight) this.#outdated = true;
    else if (!this.#failing) this.#dueAt = -Infinity;
  }
}
