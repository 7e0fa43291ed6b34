import assert from "node:assert/strict";
import { readConsole } from "../../../lib/isolation/vm/console.ts";

function chunks(...texts: string[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(texts.map((text) => new TextEncoder().encode(text)));
}

Deno.test("lines come whole, however they were cut, and the first and the last one with words are told", async () => {
  const lines: string[] = [];
  const words = await readConsole(
    chunks("\n  \nThe num", "ber of VMs\r\nex", "ceeds\nthe limit\n\n"),
    (line) => lines.push(line),
  );
  assert.deepEqual(words, ["The number of VMs", "the limit"]);
  assert.deepEqual(lines, ["The number of VMs", "exceeds", "the limit"]);
});

Deno.test("a console that never ends its line does not fill the memory", async () => {
  const lines: string[] = [];
  await readConsole(chunks(...Array(10).fill("x".repeat(1_000))), (line) => lines.push(line));
  assert.deepEqual(lines.map(({ length }) => length), [5_000, 5_000]);
});

Deno.test("one line is told once, and none where nothing was printed", async () => {
  assert.deepEqual(await readConsole(chunks("only"), () => {}), ["only"]);
  assert.deepEqual(await readConsole(chunks(), () => assert.fail()), []);
});
