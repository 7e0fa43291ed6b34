import { Backoff } from "../../async/backoff.ts";
import { withGrace } from "../../async/grace.ts";
import type { Logger } from "../../logging/logger.ts";
import { Code } from "../../rpc/code.ts";
import { isRetryable, retryCall } from "../../rpc/retry.ts";
import type { Assignment } from "./assignment.ts";
import { explainFailure } from "../upstream/upstream_failure.ts";
import type { UpstreamSession } from "../upstream/upstream_session.ts";

/** How long the worker tries to tell the upstream one thing about a task. */
const REPORT_MS = 15_000;

/**
 * Tells an upstream how a task fares. Reports never reject and each ends within 15 s: what could not be told is
 * logged, and the next polls show what runs here.
 */
export class TaskReports {
  readonly #session: UpstreamSession;
  readonly #task: Assignment;
  readonly #logger: Logger;

  constructor(session: UpstreamSession, task: Assignment, options: { logger: Logger }) {
    this.#session = session;
    this.#task = task;
    this.#logger = options.logger;
  }

  /** A task that is cancelled meanwhile, by `cancelled`, need not be told of any more. */
  started(cancelled: AbortSignal): Promise<void> {
    return this.#report(
      "started",
      (expired) => this.#session.taskStarted(this.#task, AbortSignal.any([cancelled, expired])),
      { needless: cancelled },
    );
  }

  /** `message` says what failed and what to do, to the person who waits for the task. */
  failed(message: string): Promise<void> {
    return this.#report("failed", (signal) => this.#session.taskFailed(this.#task, message, signal));
  }

  stopped(): Promise<void> {
    return this.#report("stopped", (signal) => this.#session.taskStopped(this.#task, signal));
  }

  async #report(
    what: string,
    call: (signal: AbortSignal) => Promise<void>,
    { needless }: { readonly needless?: AbortSignal } = {},
  ): Promise<void> {
    try {
      await withGrace("telling the upstream", REPORT_MS, (signal) =>
        retryCall(() => call(signal), {
          signal,
          backoff: new Backoff({ initialMs: 200, maxMs: 2_000 }),
          // A lost session is renewed by the next poll.
          retryable: (error) => isRetryable(error) || error.code === Code.UNAUTHENTICATED,
        }));
    } catch (error) {
      if (needless?.aborted) return;
      const { id } = this.#task;
      this.#logger.error(`could not tell the upstream that task ${id} has ${what}: ${explainFailure(error)}`);
    }
  }
}
