import { Backoff } from "../async/backoff.ts";
import { delay } from "../async/delay.ts";
import { Code } from "./code.ts";
import { RpcError } from "./rpc_error.ts";

/** The codes after which the same call may succeed, and why. After any other code it would fail again. */
const RETRYABLE: ReadonlyMap<Code, string> = new Map([
  [Code.UNAVAILABLE, "nothing listens, the connection broke, or the server asks to come again"],
  [Code.INTERNAL, "a call that races its server's death may end so (write EPIPE), not as UNAVAILABLE"],
  [Code.CANCELLED, "a server that shuts down cuts calls off; our own aborts reject with their reason"],
  [Code.DEADLINE_EXCEEDED, "a server that hung or was overloaded may answer the next call"],
  [Code.ABORTED, "the server's transaction lost a race and is to be tried again as a whole"],
  [Code.UNKNOWN, "proxies with a server in trouble behind them answer so"],
]);

/** Whether the same call may succeed when it is tried again. */
export function isRetryable(error: unknown): boolean {
  return error instanceof RpcError && RETRYABLE.has(error.code);
}

export interface RetryOptions {
  /** Ends the waiting: rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** The waits between tries, starting again after a success; from 1 s up to 60 s by default. */
  readonly backoff?: Backoff;
  /** How many tries at most; unbounded by default. */
  readonly maxAttempts?: number;
  /** Which errors are worth another try; `isRetryable` by default. */
  readonly retryable?: (error: RpcError) => boolean;
  /** Told before each wait. */
  readonly onRetry?: (error: RpcError, waitMs: number) => void;
}

/**
 * Calls until it succeeds, fails for good or the signal aborts. `call` is told the number of the try, from 1.
 * Rejects with the last error.
 */
export async function retryCall<T>(call: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, backoff = new Backoff(), maxAttempts = Infinity, retryable = isRetryable, onRetry } =
    options;
  for (let attempt = 1;; attempt++) {
    signal.throwIfAborted();
    try {
      const result = await call(attempt);
      backoff.reset();
      return result;
    } catch (error) {
      if (!(error instanceof RpcError) || !retryable(error) || attempt >= maxAttempts) throw error;
      const waitMs = backoff.next();
      onRetry?.(error, waitMs);
      await delay(waitMs, { signal });
    }
  }
}
