import type { Assignment } from "./assignment.ts";

/** A task that a worker is about to be told of, with the secret that only it may know. */
export interface Gift {
  readonly assignment: Assignment;
  readonly clientSecret: string;
}

/** A poll that waits for its answer. */
export class HeldPoll {
  /** Resolves with the tasks to start, once. */
  readonly answered: Promise<readonly Gift[]>;
  readonly #resolve: (gifts: readonly Gift[]) => void;
  #open = true;
  #urgent = false;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<readonly Gift[]>();
    this.answered = promise;
    this.#resolve = resolve;
  }

  /** Whether nobody has answered it yet. */
  get open(): boolean {
    return this.#open;
  }

  /** Whether it is to be answered at once, with or without a task. */
  get urgent(): boolean {
    return this.#urgent;
  }

  hurry(): void {
    this.#urgent = true;
  }

  /** Answers it; false when it was answered before. */
  answer(gifts: readonly Gift[]): boolean {
    if (!this.#open) return false;
    this.#open = false;
    this.#resolve(gifts);
    return true;
  }
}
