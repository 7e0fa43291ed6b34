import { AbortReason } from "./abort_reason.ts";

/**
 * Runs clean-up or a last report under a bound of its own, never under the signal that was cancelled.
 * Resolves with what `work` resolves with; rejects with an `AbortReason` of kind `timeout` after `ms`
 * milliseconds even if `work` ignores its signal. `what` completes the sentence "Gave up on ...".
 */
export async function withGrace<T>(
  what: string,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const reason = new AbortReason("timeout", `Gave up on ${what}: not done within ${ms / 1000} s`);
    controller.abort(reason);
    reject(reason);
  }, ms);
  try {
    return await Promise.race([work(controller.signal), expired]);
  } finally {
    clearTimeout(timer);
  }
}
