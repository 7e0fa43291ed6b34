import assert from "node:assert/strict";
import { parseLabels, parseResources } from "../../../lib/cli/worker/key_values.ts";

Deno.test("labels are pairs with commas between them, and values may hold equals signs", () => {
  assert.deepEqual(parseLabels("a=1,b=c=d,e="), { a: "1", b: "c=d", e: "" });
});

Deno.test("resources are numbers, fractions allowed", () => {
  assert.deepEqual(parseResources("gpu=2,memory=1.5,none=0"), { gpu: 2, memory: 1.5, none: 0 });
});

Deno.test("a pair without a name or an equals sign is refused", () => {
  for (const text of ["", "a", "=1", "a=1,,b=2", "a=1,b"]) {
    assert.throws(() => parseLabels(text), SyntaxError, text);
  }
});

Deno.test("a resource that is no number from 0 up is refused", () => {
  for (const text of ["a=", "a=x", "a=-1", "a=Infinity", "a=NaN"]) {
    assert.throws(() => parseResources(text), SyntaxError, text);
  }
});
