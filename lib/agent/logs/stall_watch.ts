import { AbortReason } from "../../async/abort_reason.ts";

/** Aborts its signal when nothing is heard of a piece of work for `ms` milliseconds. `what` says which. */
export class StallWatch implements Disposable {
  readonly #controller = new AbortController();
  readonly #what: string;
  readonly #ms: number;
  #timer: ReturnType<typeof setTimeout>;

  constructor(what: string, ms: number) {
    this.#what = what;
    this.#ms = ms;
    this.#timer = this.#start();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** There was progress. */
  touch(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start();
  }

  #start(): ReturnType<typeof setTimeout> {
    const message = `Gave up on ${this.#what}: no progress for ${this.#ms / 1000} s`;
    return setTimeout(() => this.#controller.abort(new AbortReason("timeout", message)), this.#ms);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
