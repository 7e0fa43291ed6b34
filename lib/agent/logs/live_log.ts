import { AbortReason } from "../../async/abort_reason.ts";
import { Backoff } from "../../async/backoff.ts";
import { delay } from "../../async/delay.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { Code } from "../../rpc/code.ts";
import { isRetryable } from "../../rpc/retry.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import { LogReader } from "./log_reader.ts";
import type { LogSpool } from "./log_spool.ts";
import { logChunks, type LogEntryInit, logKey, type LogTarget } from "./log_target.ts";
import { SentMarks } from "./sent_marks.ts";

/** A script that writes without a pause gets its lines sent together every so many milliseconds. */
const GATHER_MS = 10;

/** A stream that lasted this long was no failed try. */
const STEADY_MS = 10_000;

export interface LiveLogOptions {
  /** Ends it, whether everything was sent or not. */
  readonly signal: AbortSignal;
  /** Told whenever the upstream has taken something. */
  readonly onProgress: () => void;
}

/**
 * Sends a log while it is being written. A stream that breaks is opened again and goes on; what may not have
 * arrived is sent again, so that a line can appear twice but none is lost. Resolves when all is sent or given
 * up for good: the complete log follows in any case, and the logger is told.
 */
export async function streamLog(spool: LogSpool, target: LogTarget, options: LiveLogOptions): Promise<void> {
  const { logger, commandName } = target;
  const live = new LiveLog(spool, target, options);
  const backoff = new Backoff({ initialMs: 250, maxMs: 10_000 });
  try {
    for (;;) {
      const openedAt = performance.now();
      if (await live.stream()) return;
      if (performance.now() - openedAt > STEADY_MS) backoff.reset();
      await delay(backoff.next(), { signal: options.signal });
    }
  } catch (error) {
    logger.warning(`Streaming the log of a command: ${errorMessage(error)}`, { command: commandName });
  } finally {
    spool.release(Infinity);
  }
}

/** Whether another stream may succeed after this failure. Proxies that cut a stream off make it a cancelled one. */
function mayGoOn(error: unknown): boolean {
  return isRetryable(error) || error instanceof RpcError && error.code === Code.CANCELLED;
}

class LiveLog {
  readonly #spool: LogSpool;
  readonly #target: LogTarget;
  readonly #options: LiveLogOptions;
  readonly #marks = new SentMarks();
  #sentAll = false;

  constructor(spool: LogSpool, target: LogTarget, options: LiveLogOptions) {
    this.#spool = spool;
    this.#target = target;
    this.#options = options;
  }

  /** Opens one stream. Resolves with whether the log is through; rejects when no further stream will help. */
  async stream(): Promise<boolean> {
    const { upstream: { client }, compress, logger, commandName } = this.#target;
    const { signal } = this.#options;
    const over = new AbortController();
    using reader = new LogReader(this.#spool);
    try {
      await reader.seekLine(this.#marks.resumeFrom(performance.now()), signal);
      await client.streamLogs(this.#entries(reader, over.signal), { signal, compress });
      return this.#sentAll;
    } catch (error) {
      if (!mayGoOn(error)) throw error;
      logger.debug(`A live log stream broke: ${errorMessage(error)}`, { command: commandName });
      // An upstream that has read everything and then answers with an error has the log all the same.
      return this.#sentAll && this.#spool.whole;
    } finally {
      over.abort(new AbortReason("finished", "The log stream is over"));
    }
  }

  async *#entries(reader: LogReader, signal: AbortSignal): AsyncGenerator<LogEntryInit> {
    yield logKey(this.#target, { raw: false });
    for (let piece; (piece = await reader.next(signal));) {
      yield* logChunks(piece);
      const sentAt = performance.now();
      this.#marks.add(reader.position, sentAt);
      this.#spool.release(this.#marks.resumeFrom(sentAt));
      this.#options.onProgress();
      await this.#spool.waitForPage(reader.position, { ms: GATHER_MS, signal });
    }
    this.#sentAll = true;
  }
}
