import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CommandResultSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { AbortReason } from "../../async/abort_reason.ts";
import { Backoff } from "../../async/backoff.ts";
import { withGrace } from "../../async/grace.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import { retryCall } from "../../rpc/retry.ts";
import type { TaskUpstream } from "../task_upstream.ts";

export type CommandResultInit = MessageInitShape<typeof CommandResultSchema> & { readonly name: string };

export interface UpdateReporterOptions {
  /** How long one report may take, and how long the last ones are waited for; in milliseconds. */
  readonly reportMs: number;
  readonly logger: Logger;
}

interface QueuedUpdate {
  readonly result: CommandResultInit;
  /** Resolves when it may be sent, which `isReady` tells from then on. */
  readonly ready: Promise<void>;
  isReady: boolean;
  /** Resolves when it was sent or given up. */
  readonly sent: PromiseWithResolvers<void>;
}

/**
 * Tells the upstream in order how the commands fare, without holding them up: what gathers while a report is
 * under way goes together with the next.
 */
export class UpdateReporter {
  readonly #upstream: TaskUpstream;
  readonly #options: UpdateReporterOptions;
  readonly #results = new Map<string, CommandResultInit>();
  readonly #stop = new AbortController();
  readonly #queue: QueuedUpdate[] = [];
  #sending: Promise<void> | undefined;

  constructor(upstream: TaskUpstream, options: UpdateReporterOptions) {
    this.#upstream = upstream;
    this.#options = options;
  }

  /** What is known last of each command. */
  get results(): CommandResultInit[] {
    return [...this.#results.values()];
  }

  /**
   * Reports a command's new state, not before `after` resolves. Resolves when the upstream was told or could
   * not be; never rejects.
   */
  push(result: CommandResultInit, after: Promise<unknown> = Promise.resolve()): Promise<void> {
    this.#results.set(result.name, result);
    const update: QueuedUpdate = {
      result,
      ready: after.then(() => void (update.isReady = true)),
      isReady: false,
      sent: Promise.withResolvers(),
    };
    this.#queue.push(update);
    this.#sending ??= this.#sendAll();
    return update.sent.promise;
  }

  /** Waits until everything is reported, a bounded time. */
  async flush(): Promise<void> {
    const { reportMs, logger } = this.#options;
    try {
      await withGrace("reporting the commands' states", reportMs, async () => await this.#sending);
    } catch (error) {
      this.#stop.abort(error);
      logger.warning(errorMessage(error));
    }
  }

  async #sendAll(): Promise<void> {
    for (let first; (first = this.#queue[0]) && !this.#stop.signal.aborted;) {
      await first.ready;
      const waiting = this.#queue.findIndex((update) => !update.isReady);
      const batch = this.#queue.splice(0, waiting === -1 ? this.#queue.length : waiting);
      await this.#send(batch.map((update) => update.result));
      for (const update of batch) update.sent.resolve();
    }
    this.#sending = undefined;
  }

  async #send(updates: CommandResultInit[]): Promise<void> {
    const { client, taskIdentification } = this.#upstream;
    const { reportMs, logger } = this.#options;
    const { signal } = this.#stop;
    try {
      await retryCall(
        () => client.reportCommandUpdates({ taskIdentification, updates }, { signal, timeoutMs: reportMs }),
        {
          signal,
          backoff: new Backoff({ initialMs: 500, maxMs: 10_000 }),
          onRetry: (error, waitMs) => logger.warning(`Reporting commands: ${error.message}`, { waitMs }),
        },
      );
    } catch (error) {
      if (error instanceof AbortReason) return;
      logger.warning(`Reporting commands: ${errorMessage(error)}; the report of the end repeats it`);
    }
  }
}
