import { AbortReason } from "../async/abort_reason.ts";
import { exitCodeOfSignal, type HandledSignal } from "./exit_code.ts";
import type { Io } from "./io.ts";

const SIGNALS: readonly HandledSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** What asks the program to end. */
interface InterruptionOptions {
  /** SIGINT, SIGTERM and SIGHUP by default. */
  readonly signals?: readonly HandledSignal[];
}

/**
 * Listens for what asks the program to end: the first signal asks it to cancel what it does, the second one to
 * stop waiting for that. Dispose it to listen no more.
 */
export class Interruption implements Disposable {
  readonly #asked = new AbortController();
  readonly #forced = new AbortController();
  readonly #listeners = new DisposableStack();
  #first: HandledSignal | undefined;

  constructor(io: Pick<Io, "onSignal">, { signals = SIGNALS }: InterruptionOptions = {}) {
    for (const signal of signals) this.#listeners.use(io.onSignal(signal, () => this.#on(signal)));
  }

  /** Aborts with the first signal. */
  get asked(): AbortSignal {
    return this.#asked.signal;
  }

  /** Aborts with the second signal. */
  get forced(): AbortSignal {
    return this.#forced.signal;
  }

  /** The first signal that came, if any. */
  get signal(): HandledSignal | undefined {
    return this.#first;
  }

  /** What the program ends with when a signal came; undefined when none did. */
  get exitCode(): number | undefined {
    return this.#first && exitCodeOfSignal(this.#first);
  }

  [Symbol.dispose](): void {
    this.#listeners.dispose();
  }

  #on(signal: HandledSignal): void {
    const reason = new AbortReason(
      "cancelled",
      signal === "SIGINT" ? "Cancelled by Ctrl-C" : `Cancelled by ${signal}`,
    );
    if (this.#first !== undefined) return this.#forced.abort(reason);
    this.#first = signal;
    this.#asked.abort(reason);
  }
}
