import assert from "node:assert/strict";
import { limitOfMark, limitsCarryMark } from "../../../lib/process/family/limit_mark.ts";

/** A line of /proc/PID/limits, between two others. */
const limits = (bytes: string) =>
  `Max core file size        0                    unlimited            bytes     \nMax resident set          ${
    bytes.padEnd(20)
  } unlimited            bytes     \nMax processes             1                    1                    processes \n`;

const held = (mark: string) => limits(String(BigInt(limitOfMark(mark)) * 1024n));

Deno.test("a limit carries its mark and the one above it, and no other", () => {
  const mine = held("cirrus/a/1");
  assert.ok(limitsCarryMark(mine, "cirrus/a/1"));
  assert.ok(limitsCarryMark(mine, "cirrus/a"));
  assert.ok(!limitsCarryMark(mine, "cirrus/a/2"));
  assert.ok(!limitsCarryMark(mine, "cirrus/b/1"));
  assert.ok(!limitsCarryMark(mine, "cirrus/b"));
});

Deno.test("a limit is exact as a number, and no memory is as large", () => {
  for (let i = 0; i < 1_000; i++) {
    const limit = limitOfMark(`cirrus/${i}/${i}`);
    assert.ok(Number.isSafeInteger(limit) && limit >= 2 ** 52);
  }
});

for (const bytes of ["unlimited", "0", "8388608000", String(2n ** 63n), ""]) {
  Deno.test(`the limit ${JSON.stringify(bytes)} carries no mark`, () => {
    assert.ok(!limitsCarryMark(limits(bytes), "cirrus/a"));
  });
}
