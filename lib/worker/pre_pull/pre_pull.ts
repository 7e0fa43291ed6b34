import { AbortReason } from "../../async/abort_reason.ts";
import { delay } from "../../async/delay.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import type { ConfiguredPrePull } from "./pre_pull_options.ts";

/** How long after a round the next one begins, where the configuration does not say. */
const CHECK_INTERVAL_MS = 3 * 60 * 60 * 1000;

/** A timer for longer rings at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Pulls an image, or waits for the pull of it that is under way: nothing is pulled twice at once. Rejects with an error
 * for the operator.
 */
export type PullImage = (image: string, signal: AbortSignal) => Promise<void>;

export interface PrePullTools {
  readonly pull: PullImage;
  readonly logger: Logger;
  /** Waits so many milliseconds; `delay` by default. */
  readonly wait?: (ms: number, options: { signal: AbortSignal }) => Promise<void>;
  /** A number in [0, 1); `Math.random` by default. */
  readonly random?: () => number;
}

/** Keeps images of virtual machines pulled, so that tasks and standby machines need not wait for them. */
export class PrePull {
  readonly #options: ConfiguredPrePull;
  readonly #tools: PrePullTools;
  readonly #pulled = new Set<string>();

  constructor(options: ConfiguredPrePull, tools: PrePullTools) {
    this.#options = options;
    this.#tools = tools;
  }

  /** Whether an image was pulled, and is looked after. */
  has(image: string): boolean {
    return this.#pulled.has(image);
  }

  /**
   * Pulls the images, one after the other, again and again until `signal` aborts or the result is disposed. What could
   * not be pulled is logged, and tried again in the next round. Every round is late by up to the jitter, the first one
   * too.
   */
  start(signal: AbortSignal): AsyncDisposable {
    const stop = new AbortController();
    const over = this.#run(AbortSignal.any([signal, stop.signal]));
    return {
      async [Symbol.asyncDispose]() {
        stop.abort(new AbortReason("finished", "The worker needs no images any more"));
        await over;
      },
    };
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { checkIntervalMs = CHECK_INTERVAL_MS, jitterMs = 0 } = this.#options;
    const { wait = delay, random = Math.random } = this.#tools;
    try {
      for (let waitMs = 0;; waitMs = checkIntervalMs) {
        await wait(Math.min(waitMs + random() * jitterMs, LONGEST_TIMER_MS), { signal });
        await this.#pullAll(signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #pullAll(signal: AbortSignal): Promise<void> {
    const { pull, logger } = this.#tools;
    for (const image of this.#options.images) {
      signal.throwIfAborted();
      try {
        await pull(image, signal);
        this.#pulled.add(image);
        logger.info(`pulled the image ${image} before a task asks for it`);
      } catch (error) {
        signal.throwIfAborted();
        logger.warning(`could not pull the image ${image} before a task asks for it: ${errorMessage(error)}`);
      }
    }
  }
}
