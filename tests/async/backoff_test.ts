import assert from "node:assert/strict";
import fc from "fast-check";
import { Backoff } from "../../lib/async/backoff.ts";

Deno.test("waits double up to the longest", () => {
  const backoff = new Backoff({ initialMs: 100, maxMs: 1_000, random: () => 0.5 });
  assert.deepEqual(Array.from({ length: 6 }, () => backoff.next()), [75, 150, 300, 600, 750, 750]);
});

Deno.test("a reset starts again from the first wait", () => {
  const backoff = new Backoff({ initialMs: 100, random: () => 0 });
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.next(), 50);
});

Deno.test("every wait is between half of its bound and all of it, also after very many tries", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
    const backoff = new Backoff({ initialMs: 1, maxMs: 60_000, random: () => random });
    for (let bound = 1, tries = 0; tries < 2_000; bound = Math.min(bound * 2, 60_000), tries++) {
      const wait = backoff.next();
      assert.ok(wait >= bound / 2 && wait <= bound, `try ${tries}: ${wait} for ${bound}`);
    }
  }));
});
