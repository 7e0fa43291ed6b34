/**
 * Callers of a server that tells them to go again and again, with forced garbage collection all the while. A
 * process of its own, as a Deno with the fault this looks for is killed natively.
 * Arguments: the endpoint, and how long, in seconds. Needs --expose-gc.
 */
import { delay } from "../../../lib/async/delay.ts";
import { isRetryable } from "../../../lib/rpc/retry.ts";
import { Loopback } from "../loopback.ts";
import { type Progress, reporting } from "./progress.ts";

declare const gc: () => void;

const CALLERS = 8;

await reporting(async (progress) => {
  const collecting = setInterval(() => gc(), 20);
  await Promise.all(Array.from({ length: CALLERS }, () => call(progress)));
  clearInterval(collecting);
});

async function call(progress: Progress): Promise<void> {
  const [endpoint = "", seconds] = Deno.args;
  const over = AbortSignal.timeout(Number(seconds) * 1000);
  using client = await Loopback.to({ endpoint });
  while (!over.aborted) {
    try {
      await client.ci.heartbeat({}, { timeoutMs: 2_000 });
      // Streams that ended are what a GOAWAY after a collection stumbles over.
      if (++progress.calls % 20 === 0) await delay(20);
    } catch (error) {
      if (!isRetryable(error)) throw error;
      progress.retries++;
      await delay(10);
    }
  }
}
