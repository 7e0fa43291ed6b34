import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  CacheRetrievalAttemptSchema,
  ResourceUtilizationSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { delay } from "../../async/delay.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import { Code } from "../../rpc/code.ts";
import { isRetryable } from "../../rpc/retry.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import type { TaskUpstream } from "../task_upstream.ts";
import type { CommandResultInit } from "./update_reporter.ts";

export interface FinishReportOptions {
  readonly commandResults: CommandResultInit[];
  readonly cacheRetrievalAttempts: Record<string, MessageInitShape<typeof CacheRetrievalAttemptSchema>>;
  readonly resourceUtilization: MessageInitShape<typeof ResourceUtilizationSchema> | undefined;
  /** How long one try may take; in milliseconds. */
  readonly reportMs: number;
  /** How long to wait before the second and last try; in milliseconds. */
  readonly retryMs: number;
  readonly logger: Logger;
}

/**
 * Tells the upstream that the agent is through, with all results. Not cancelled by anything, as it comes after
 * a cancellation too, but bounded. Never rejects.
 */
export async function reportFinished(upstream: TaskUpstream, options: FinishReportOptions): Promise<void> {
  const { commandResults, cacheRetrievalAttempts, resourceUtilization, reportMs, retryMs, logger } = options;
  const { client, taskIdentification } = upstream;
  const report = () =>
    client.reportAgentFinished(
      { taskIdentification, commandResults, cacheRetrievalAttempts, resourceUtilization },
      { timeoutMs: reportMs },
    );
  try {
    await report().catch(async (error) => {
      if (!mayBeTakenLater(error)) throw error;
      logger.warning(`Reporting that the task is over: ${error.message}; trying once more`, {
        waitMs: retryMs,
      });
      await delay(retryMs);
      await report();
    });
  } catch (error) {
    logger.error(`Reporting that the task is over: ${errorMessage(error)}`);
  }
}

/** An upstream that has no room now, on its disk for one, may have some in a while. */
function mayBeTakenLater(error: unknown): boolean {
  return isRetryable(error) || error instanceof RpcError && error.code === Code.RESOURCE_EXHAUSTED;
}
