/** A connection that died is noticed by its keepalive in 80 s: what was sent before that has arrived. */
const ARRIVED_AFTER_MS = 90_000;

/** The most that is sent again, in bytes. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Marks are set once in so many milliseconds. */
const MARK_MS = 1_000;

/**
 * Remembers when which part of a log was handed to a stream. Nothing tells how much of it arrived when the
 * stream breaks, so the part that may be lost is sent again.
 */
export class SentMarks {
  #sent = 0;
  readonly #marks: { position: number; at: number }[] = [];

  /** Everything before `position` was handed to the stream by `now` (milliseconds of a steady clock). */
  add(position: number, now: number): void {
    this.#sent = Math.max(this.#sent, position);
    const last = this.#marks.at(-1);
    if (last && Math.floor(last.at / MARK_MS) === Math.floor(now / MARK_MS)) this.#marks.pop();
    this.#marks.push({ position: this.#sent, at: now });
    this.#forget(now);
  }

  /** Where a new stream has to begin, so that nothing is missing. */
  resumeFrom(now: number): number {
    this.#forget(now);
    const oldest = this.#marks[0];
    const arrived = oldest && oldest.at <= now - ARRIVED_AFTER_MS ? oldest.position : 0;
    return Math.max(arrived, this.#sent - MAX_BYTES);
  }

  /** Only the newest mark whose part has arrived is of use. */
  #forget(now: number): void {
    while (this.#marks[1] && this.#marks[1].at <= now - ARRIVED_AFTER_MS) this.#marks.shift();
  }
}
