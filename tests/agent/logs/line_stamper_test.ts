import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { LineStamper } from "../../../lib/agent/logs/line_stamper.ts";

const time = new Date(2026, 0, 2, 3, 4, 5, 6);
const STAMP = "[03:04:05.006] ";

function stamp(...chunks: string[]): string {
  const stamper = new LineStamper(() => time);
  return Buffer.concat(chunks.flatMap((chunk) => stamper.push(Buffer.from(chunk)))).toString();
}

Deno.test("every line begins with the time", () => {
  assert.equal(stamp("one\ntwo\n\nfour"), `${STAMP}one\n${STAMP}two\n${STAMP}\n${STAMP}four`);
});

Deno.test("a line that comes in pieces has one time", () => {
  assert.equal(stamp("o", "ne", "\n", "two"), `${STAMP}one\n${STAMP}two`);
});

Deno.test("an end of a line promises no next line", () => {
  assert.equal(stamp("one\n"), `${STAMP}one\n`);
  assert.equal(stamp(""), "");
});
