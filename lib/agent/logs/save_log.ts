import { AbortReason } from "../../async/abort_reason.ts";
import { Backoff } from "../../async/backoff.ts";
import { Code } from "../../rpc/code.ts";
import { retryCall } from "../../rpc/retry.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import type { LogSpool } from "./log_spool.ts";
import { logChunks, type LogEntryInit, logKey, type LogTarget } from "./log_target.ts";
import { StallWatch } from "./stall_watch.ts";

const MAX_ATTEMPTS = 3;

export interface SaveLogOptions {
  readonly signal: AbortSignal;
  /** How long the upstream may take nothing of it; in milliseconds. */
  readonly stallMs: number;
}

/** Sends a finished log once more, complete. Rejects with the last error when the upstream does not take it. */
export async function saveLog(spool: LogSpool, target: LogTarget, options: SaveLogOptions): Promise<void> {
  await retryCall(() => saveOnce(spool, target, options), {
    signal: options.signal,
    backoff: new Backoff({ initialMs: 500, maxMs: 5_000 }),
    maxAttempts: MAX_ATTEMPTS,
  });
}

async function saveOnce(spool: LogSpool, target: LogTarget, options: SaveLogOptions): Promise<void> {
  using watch = new StallWatch(`saving the log of ${target.commandName}`, options.stallMs);
  using reader = spool.reader();
  const over = new AbortController();
  let sentAll = false;
  async function* entries(): AsyncGenerator<LogEntryInit> {
    yield logKey(target, { raw: true });
    for (let piece; (piece = await reader.next(over.signal));) {
      yield* logChunks(piece);
      watch.touch();
    }
    sentAll = true;
  }
  try {
    await target.upstream.client.saveLogs(entries(), {
      signal: AbortSignal.any([options.signal, watch.signal]),
      compress: target.compress,
    });
  } catch (error) {
    // An upstream whose handler ends with an error of its own once it has read everything would do so again.
    if (!(sentAll && error instanceof RpcError && error.code === Code.UNKNOWN)) throw error;
    target.logger.debug(`Saving a log: ${error.message}`, { command: target.commandName });
  } finally {
    over.abort(new AbortReason("finished", "The log stream is over"));
  }
}
