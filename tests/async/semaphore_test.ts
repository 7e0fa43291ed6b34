import assert from "node:assert/strict";
import { AbortReason } from "../../lib/async/abort_reason.ts";
import { Semaphore } from "../../lib/async/semaphore.ts";

Deno.test.sanitizer({ ops: true, resources: true });

Deno.test("no more than the permitted number is inside at once, and all get their turn", async () => {
  const semaphore = new Semaphore(3);
  let inside = 0;
  let most = 0;
  const visit = async () => {
    using _permit = await semaphore.acquire();
    most = Math.max(most, ++inside);
    await Promise.resolve();
    inside--;
  };
  await Promise.all(Array.from({ length: 20 }, visit));
  assert.deepEqual([inside, most], [0, 3]);
});

Deno.test("waiters enter in the order they came", async () => {
  const semaphore = new Semaphore(1);
  const order: number[] = [];
  const first = await semaphore.acquire();
  const waiting = [1, 2, 3].map(async (n) => {
    using _permit = await semaphore.acquire();
    order.push(n);
  });
  first[Symbol.dispose]();
  await Promise.all(waiting);
  assert.deepEqual(order, [1, 2, 3]);
});

Deno.test("a permit that is given back twice counts once", async () => {
  const semaphore = new Semaphore(1);
  const permit = await semaphore.acquire();
  permit[Symbol.dispose]();
  permit[Symbol.dispose]();
  using _held = await semaphore.acquire();
  await assert.rejects(semaphore.acquire({ signal: AbortSignal.timeout(1) }), { name: "TimeoutError" });
});

Deno.test("a waiter whose signal aborts leaves the queue with the reason", async () => {
  const semaphore = new Semaphore(1);
  const permit = await semaphore.acquire();
  const controller = new AbortController();
  const leaving = semaphore.acquire({ signal: controller.signal });
  const staying = semaphore.acquire();
  const reason = new AbortReason("cancelled", "Nobody waits any more");
  controller.abort(reason);
  await assert.rejects(leaving, reason);
  permit[Symbol.dispose]();
  (await staying)[Symbol.dispose]();
});

Deno.test("an aborted signal enters nowhere, even where there is room", async () => {
  const semaphore = new Semaphore(1);
  const reason = new AbortReason("shutdown", "The program ends");
  await assert.rejects(semaphore.acquire({ signal: AbortSignal.abort(reason) }), reason);
  using _permit = await semaphore.acquire();
});
