import assert from "node:assert/strict";
import { sumResources } from "../../lib/worker/resources.ts";

Deno.test("amounts are added up by name, fractions included", () => {
  assert.deepEqual(sumResources([{ cpu: 1.5, tart: 1 }, { cpu: 0.5 }, {}]), { cpu: 2, tart: 1 });
});

Deno.test("nothing adds up to nothing", () => {
  assert.deepEqual(sumResources([]), {});
});

Deno.test("names that every JavaScript object has are names like others", () => {
  assert.deepEqual(sumResources([{ constructor: 1 }, { constructor: 2 }]), { constructor: 3 });
});
