import { delay } from "../../lib/async/delay.ts";
import { withGrace } from "../../lib/async/grace.ts";

/** Waits, a bounded time, for what no event tells of. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  await withGrace("waiting", 20_000, async (signal) => {
    while (!await condition()) await delay(10, { signal });
  });
}
