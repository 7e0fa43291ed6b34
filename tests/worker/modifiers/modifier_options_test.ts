import assert from "node:assert/strict";
import { modifierOptions } from "../../../lib/worker/modifiers/modifier_options.ts";

Deno.test("modifiers are read in their order", () => {
  const modifiers = [
    { match: { gpu: 1 }, append: { run: ["--device", "/dev/vfio/1"] } },
    { match: { gpu: 0.5, memory: 10 }, append: {} },
  ];
  assert.deepEqual(modifierOptions.parse(modifiers), modifiers);
});

Deno.test("a modifier that would match every task is refused", () => {
  assert.match(
    modifierOptions.safeParse([{ match: {}, append: {} }]).error?.message ?? "",
    /no resource to match/,
  );
});

Deno.test("a negative amount is refused", () => {
  assert.match(
    modifierOptions.safeParse([{ match: { gpu: -1 }, append: {} }]).error?.message ?? "",
    /number from 0 up/,
  );
});
