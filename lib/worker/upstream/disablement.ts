import { withGrace } from "../../async/grace.ts";
import { Semaphore } from "../../async/semaphore.ts";
import type { Logger } from "../../logging/logger.ts";
import { Code } from "../../rpc/code.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import { explainFailure, isUnimplemented } from "./upstream_failure.ts";
import type { UpstreamSession, WorkerInfo } from "./upstream_session.ts";

const CALL_MS = 15_000;

/** What came of asking an upstream to give this worker no more tasks. */
export type Disabled =
  /** It will give none. */
  | "disabled"
  /** It does not know the calls, and may give tasks with every poll. */
  | "unsupported"
  /** It did not answer, or not as it should. */
  | "unreachable";

export interface DisablementOptions {
  readonly session: UpstreamSession;
  /** Writes down that the upstream is about to be told to give no tasks, so that the next start can undo it. */
  readonly record: () => Promise<AsyncDisposable>;
  readonly logger: Logger;
}

/**
 * Whether this worker, and nobody else, has told an upstream to give it no tasks. A worker that is killed
 * before it has taken that back would never get a task again, so it is written down on this host.
 */
export class Disablement {
  readonly #options: DisablementOptions;
  /** Telling and taking back must not overtake each other. */
  readonly #turn = new Semaphore(1);
  #record: AsyncDisposable | undefined;

  constructor(options: DisablementOptions) {
    this.#options = options;
  }

  /** Takes over what a killed worker of the same name has not taken back. */
  async inherit(): Promise<void> {
    this.#record ??= await this.#options.record();
  }

  /**
   * Tells the upstream to give no more tasks, unless somebody else has done so. Never rejects; takes at most
   * 30 s, and ends at once when `signal` aborts.
   */
  async disable(info: WorkerInfo, signal: AbortSignal): Promise<Disabled> {
    const { session, record, logger } = this.#options;
    const bounded = <T>(what: string, call: (signal: AbortSignal) => Promise<T>) =>
      withGrace(what, CALL_MS, (expired) => call(AbortSignal.any([signal, expired])));
    try {
      using _turn = await this.#turn.acquire({ signal });
      const { status } = await bounded(
        "asking for the worker's status",
        (signal) => session.queryRunningTasks(info, signal),
      );
      if (status?.disabled) return "disabled";
      // The upstream may have heard us even where it does not answer.
      this.#record ??= await record();
      await bounded("disabling the worker", (signal) => session.setDisabled(true, signal));
      return "disabled";
    } catch (error) {
      if (isUnimplemented(error)) return "unsupported";
      if (!signal.aborted) {
        logger.warning(`could not tell the upstream to give no more tasks: ${explainFailure(error)}`);
      }
      return "unreachable";
    }
  }

  /** Takes back what `disable` has told, if it has. Never rejects; takes at most 15 s. */
  async undo(): Promise<void> {
    const { session, logger } = this.#options;
    using _turn = await this.#turn.acquire();
    if (!this.#record) return;
    try {
      await withGrace("enabling the worker", CALL_MS, (signal) => session.setDisabled(false, signal))
        .catch(ignoreUnknown);
      await this.#record[Symbol.asyncDispose]();
      this.#record = undefined;
    } catch (error) {
      logger.error(
        `could not enable the worker on the upstream again: ${explainFailure(error)}; ` +
          `its next start tries once more, and "cirrus worker resume" does so now`,
      );
    }
  }
}

/** An upstream that knows neither the worker nor the call has not disabled it. */
function ignoreUnknown(error: unknown): void {
  if (isUnimplemented(error)) return;
  if (!(error instanceof RpcError) || error.code !== Code.NOT_FOUND) throw error;
}
