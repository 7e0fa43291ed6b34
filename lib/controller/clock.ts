/** Where the controller gets its time from, so that tests can turn it. */
export interface Clock {
  /** Milliseconds since 1970: what records say. It jumps when somebody sets it. */
  now(): number;
  /** Milliseconds that only ever grow: how long something has lasted. */
  elapsed(): number;
  /** Runs `callback` once, `ms` milliseconds from now, unless disposed before. */
  after(ms: number, callback: () => void): Disposable;
}

/** The longest that a timer of the runtime waits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(ms, LONGEST_TIMER_MS));
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
