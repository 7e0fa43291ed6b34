import { AbortReason } from "../../async/abort_reason.ts";
import { Backoff } from "../../async/backoff.ts";
import { delay } from "../../async/delay.ts";
import { Code } from "../../rpc/code.ts";
import { isRetryable } from "../../rpc/retry.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import { LogReader } from "./log_reader.ts";
import type { LogSpool } from "./log_spool.ts";
import { logChunks, type LogEntryInit, logKey, type LogTarget } from "./log_target.ts";
import { StallWatch } from "./stall_watch.ts";

/** An upstream that can be reached but fails a log this often will fail it again. */
const MAX_FAILURES = 3;

export interface SaveLogOptions {
  readonly signal: AbortSignal;
  /** How long an upstream that is there may take nothing that it has not had before; in milliseconds. */
  readonly stallMs: number;
}

/** Sends a finished log once more, complete. Rejects with the last error when the upstream does not take it. */
export async function saveLog(spool: LogSpool, target: LogTarget, options: SaveLogOptions): Promise<void> {
  const { signal, stallMs } = options;
  const backoff = new Backoff({ initialMs: 250, maxMs: 5_000 });
  let furthest = 0;
  for (let failures = 0; failures < MAX_FAILURES;) {
    try {
      using watch = new StallWatch(`saving the log of ${target.commandName}`, stallMs);
      return await saveOnce(spool, target, {
        signal: AbortSignal.any([signal, watch.signal]),
        onSent(position) {
          if (position > furthest) watch.touch();
          furthest = Math.max(furthest, position);
        },
      });
    } catch (error) {
      if (!(error instanceof RpcError) || !isRetryable(error)) throw error;
      // One that is away may come back for as long as the task waits for its logs.
      if (error.code !== Code.UNAVAILABLE && ++failures === MAX_FAILURES) throw error;
    }
    await delay(backoff.next(), { signal });
  }
}

async function saveOnce(
  spool: LogSpool,
  target: LogTarget,
  options: { signal: AbortSignal; onSent: (position: number) => void },
): Promise<void> {
  using reader = new LogReader(spool);
  const over = new AbortController();
  let sentAll = false;
  async function* entries(): AsyncGenerator<LogEntryInit> {
    yield logKey(target, { raw: true });
    for (let piece; (piece = await reader.next(over.signal));) {
      yield* logChunks(piece);
      options.onSent(reader.position);
    }
    sentAll = true;
  }
  try {
    await target.upstream.client.saveLogs(entries(), { signal: options.signal, compress: target.compress });
  } catch (error) {
    // An upstream whose handler ends with an error of its own once it has read everything would do so again.
    if (!(sentAll && error instanceof RpcError && error.code === Code.UNKNOWN)) throw error;
    target.logger.debug(`Saving a log: ${error.message}`, { command: target.commandName });
  } finally {
    over.abort(new AbortReason("finished", "The log stream is over"));
  }
}
