/** Lets one sleeper be woken early. */
export class Alarm {
  #wake: () => void = () => {};

  /** Resolves after `ms` milliseconds, or as soon as the alarm rings; without `ms` only then. */
  async sleep(ms?: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
    await promise;
    clearTimeout(timer);
  }

  /** Wakes the sleeper; does nothing while nobody sleeps. */
  ring(): void {
    this.#wake();
  }
}
