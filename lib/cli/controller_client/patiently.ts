import { Backoff } from "../../async/backoff.ts";
import { delay } from "../../async/delay.ts";
import { UnreachableError } from "./controller_error.ts";

/** For how long a controller is waited for that cannot be reached, in milliseconds. */
const AWAY_MS = 10 * 60_000;

/** Makes a request that changes nothing again for as long as the controller may come back. Rejects as `call` does. */
export async function patiently<T>(
  call: () => Promise<T>,
  { signal }: { readonly signal: AbortSignal },
): Promise<T> {
  const backoff = new Backoff({ initialMs: 500, maxMs: 10_000 });
  const since = performance.now();
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof UnreachableError) || performance.now() - since > AWAY_MS) throw error;
    }
    await delay(backoff.next(), { signal });
  }
}
