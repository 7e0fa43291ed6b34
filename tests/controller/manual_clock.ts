import type { Clock } from "../../lib/controller/clock.ts";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is turned. */
export class ManualClock implements Clock {
  #elapsed = 0;
  #wall = Date.UTC(2026, 5, 1);
  readonly #timers = new Set<Timer>();
  #onTimer = () => {};

  now(): number {
    return this.#wall;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  after(ms: number, callback: () => void): Disposable {
    const timer = { at: this.#elapsed + ms, callback };
    this.#timers.add(timer);
    if (ms <= 0) queueMicrotask(() => void this.advance(0));
    this.#onTimer();
    return { [Symbol.dispose]: () => this.#timers.delete(timer) };
  }

  /** Whether somebody waits for so long from now. */
  hasTimer(ms: number): boolean {
    return [...this.#timers].some(({ at }) => at === this.#elapsed + ms);
  }

  /** Resolves once somebody waits for so long from now. */
  async timer(ms: number): Promise<void> {
    while (!this.hasTimer(ms)) {
      await new Promise<void>((resolve) => this.#onTimer = resolve);
    }
  }

  /** Lets time pass, and what is due in it happen in order, each thing with all that follows from it in this process. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#move(timer.at);
      timer.callback();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    this.#move(end);
  }

  /** Lets time pass at once, as when this process stood still: all that is due then happens late. */
  async jump(ms: number): Promise<void> {
    this.#move(this.#elapsed + ms);
    await this.advance(0);
  }

  /** Sets the wall clock, as somebody might. */
  set(now: number): void {
    this.#wall = now;
  }

  #next(end: number): Timer | undefined {
    return [...this.#timers].filter(({ at }) => at <= end).sort((left, right) => left.at - right.at)[0];
  }

  #move(to: number): void {
    const moved = Math.max(0, to - this.#elapsed);
    this.#wall += moved;
    this.#elapsed += moved;
  }
}
