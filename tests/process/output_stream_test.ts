import assert from "node:assert/strict";
import { join } from "node:path";
import { outputUntil } from "../../lib/process/output_stream.ts";
import { eventually } from "../helpers/eventually.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";

function start(script: string): Deno.ChildProcess {
  return new Deno.Command("/bin/sh", {
    args: ["-c", script],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

Deno.test("chunks that were read stay as they are while later ones are read", async () => {
  const child = start(
    "for i in 1 2 3 4 5 6 7 8 9; do echo line $i; done; head -c 300000 /dev/zero | tr '\\0' x",
  );
  const chunks = await Array.fromAsync(outputUntil(child.stdout, { over: child.status, keepReading: false }));
  const text = await new Blob(chunks.map((chunk) => Uint8Array.from(chunk))).text();
  assert.equal(text, [1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => `line ${i}\n`).join("") + "x".repeat(300_000));
  assert.ok(chunks.length > 1);
  for (const chunk of chunks) assert.equal(chunk.buffer.byteLength, chunk.byteLength);
  await child.status;
});

Deno.test("what was left running can go on writing after the output has ended", async () => {
  await using folder = await temporaryDirectory();
  const [go, done] = [join(folder.path, "go"), join(folder.path, "done")];
  const child = start(
    `(until [ -e ${go} ]; do sleep 0.05; done; head -c 500000 /dev/zero; : >${done}) & echo over`,
  );
  const output = outputUntil(child.stdout, { over: child.status, keepReading: true });
  assert.equal(await new Response(output).text(), "over\n");
  await Deno.writeTextFile(go, "");
  await eventually(() => Deno.stat(done).then(() => true, () => false));
});

Deno.test("a stream that was not made for bytes is read as well", async () => {
  const source = ReadableStream.from([new Uint8Array([1, 2]), new Uint8Array([3])]);
  const output = outputUntil(source, { over: new Promise(() => {}), keepReading: false });
  assert.deepEqual(await new Response(output).bytes(), new Uint8Array([1, 2, 3]));
});
