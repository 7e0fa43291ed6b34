import assert from "node:assert/strict";
import { SentMarks } from "../../../lib/agent/logs/sent_marks.ts";

const MIB = 1024 * 1024;

Deno.test("what was sent in the last 90 s is sent again", () => {
  const marks = new SentMarks();
  marks.add(100, 0);
  marks.add(200, 50_000);
  assert.equal(marks.resumeFrom(60_000), 0);
  assert.equal(marks.resumeFrom(90_000), 100);
  assert.equal(marks.resumeFrom(140_000), 200);
});

Deno.test("never more than 4 MiB are sent again", () => {
  const marks = new SentMarks();
  marks.add(10 * MIB, 0);
  assert.equal(marks.resumeFrom(0), 6 * MIB);
});

Deno.test("parts of one second count as sent at its end", () => {
  const marks = new SentMarks();
  marks.add(100, 1_000);
  marks.add(200, 1_900);
  assert.equal(marks.resumeFrom(91_500), 0);
  assert.equal(marks.resumeFrom(91_900), 200);
});

Deno.test("sending an older part again moves nothing back", () => {
  const marks = new SentMarks();
  marks.add(10 * MIB, 0);
  marks.add(7 * MIB, 1_000);
  assert.equal(marks.resumeFrom(1_000), 6 * MIB);
});
