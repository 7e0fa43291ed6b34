import assert from "node:assert/strict";
import { HeldLines } from "../../../lib/cli/run/held_lines.ts";

Deno.test("held lines leave out what a task's end has told", () => {
  const held = new HeldLines();
  held.add("12:00 ERR failed to run task 1: No space task=1\n");
  held.add("12:00 ERR could not clean up after task 1: busy\n");
  assert.deepEqual(held.without(["No space"]), ["12:00 ERR could not clean up after task 1: busy"]);
});

Deno.test("no more than fifty lines are held", () => {
  const held = new HeldLines();
  for (let index = 0; index < 100; index++) held.add(`line ${index}`);
  assert.equal(held.without([]).length, 50);
});
