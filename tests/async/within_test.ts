import assert from "node:assert/strict";
import { within } from "../../lib/async/within.ts";

Deno.test("what resolves in time is told so", async () => {
  assert.equal(await within(Promise.resolve("x"), 60_000), true);
});

Deno.test("what does not is waited for no longer", async () => {
  assert.equal(await within(new Promise(() => {}), 1), false);
});

Deno.test("what rejects in time rejects", async () => {
  await assert.rejects(within(Promise.reject(new Error("no")), 60_000), /no/);
});
