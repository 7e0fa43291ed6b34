import assert from "node:assert/strict";
import { MarkedOutput, type ProgramOutput } from "../../../lib/machine/container/marked_output.ts";

const MARKER = "\u001emarker\u001e";

/** A stream of chunks that are written one by one, and what is read of it. */
function session(): { write: (text: string) => Promise<void>; output: MarkedOutput } {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  return {
    output: new MarkedOutput(readable),
    write: (text) => writer.write(new TextEncoder().encode(text)),
  };
}

const dropping = new AbortController().signal;
const textOf = ({ output }: ProgramOutput) => new Response(output).text();

Deno.test("what programs print one after the other is told apart, wherever a chunk cuts the marker", async () => {
  for (let cut = 0; cut <= MARKER.length; cut++) {
    const { output, write } = session();
    const first = output.until(MARKER, { dropping });
    const text = textOf(first);
    await write("of the \u001efirst");
    first.expectMarker();
    await write(`\u001emar${MARKER.slice(0, cut)}`);
    const last = write(`${MARKER.slice(cut)}of the second`);
    await first.ended;
    const second = output.until(MARKER, { dropping });
    assert.equal(await text, "of the \u001efirst\u001emar");
    await last;
    second.expectMarker();
    write(MARKER);
    assert.equal(await textOf(second), "of the second");
  }
});

Deno.test("a marker that is not expected yet is output like any other", async () => {
  const { output, write } = session();
  const only = output.until(MARKER, { dropping });
  const text = textOf(only);
  await write(`printed ${MARKER} by the program`);
  only.expectMarker();
  write(MARKER);
  assert.equal(await text, `printed ${MARKER} by the program`);
});
