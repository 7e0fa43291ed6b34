import type { CommandsResponse } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { delay } from "../../async/delay.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import type { TaskUpstream } from "../task_upstream.ts";

/** How long the upstream may take to answer one try; in milliseconds. */
const TRY_MS = 60_000;

export interface InitialCommandsOptions {
  /** Between two tries; in milliseconds. */
  readonly retryMs: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Asks the upstream what to run, again and again whatever the answer: the upstream that lost the task says so
 * to the worker. Rejects with the signal's reason when it aborts.
 */
export async function fetchInitialCommands(
  upstream: TaskUpstream,
  options: InitialCommandsOptions,
): Promise<CommandsResponse> {
  const { retryMs, logger, signal } = options;
  const { client, taskIdentification } = upstream;
  for (let retry = false;; retry = true) {
    signal.throwIfAborted();
    const localTimestamp = BigInt(Math.floor(Date.now() / 1000));
    try {
      return await client.initialCommands({ taskIdentification, localTimestamp, retry }, {
        signal,
        timeoutMs: TRY_MS,
      });
    } catch (error) {
      signal.throwIfAborted();
      logger.warning(`Getting the task's commands: ${errorMessage(error)}`, { waitMs: retryMs });
      await delay(retryMs, { signal });
    }
  }
}
