import assert from "node:assert/strict";
import { join } from "node:path";
import { zipArchive, type ZipEntry, zipLength } from "../../../lib/controller/zip/zip_archive.ts";
import { runCommand } from "../../../lib/process/run_command.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

const unzip = requireEngine("unzip");

function entry(path: string, text: string, modifiedAt = new Date("2026-06-01T12:30:42Z")): ZipEntry {
  const bytes = new TextEncoder().encode(text);
  return { path, size: bytes.length, modifiedAt, open: () => Promise.resolve(ReadableStream.from([bytes])) };
}

/** Writes an archive, with holes for chunks of nothing but zeros, and says how long it is. */
async function write(path: string, entries: readonly ZipEntry[]): Promise<number> {
  using file = await Deno.open(path, { createNew: true, write: true });
  let length = 0;
  for await (const chunk of zipArchive(entries)) {
    if (chunk === ZEROS) file.seekSync(chunk.length, Deno.SeekMode.Current);
    else file.writeSync(chunk);
    length += chunk.length;
  }
  return length;
}

const ZEROS = new Uint8Array(64 * 1024 * 1024);

async function run(...args: string[]): Promise<string> {
  const { stdout } = await runCommand(["unzip", ...args], { timeoutMs: 60_000 });
  return new TextDecoder().decode(stdout);
}

Deno.test({
  name: "an archive unpacks to the files that went in, and is as long as was said",
  ...unzip,
  async fn() {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, "a.zip");
    const entries = [
      entry("deep/er/a.txt", "hello"),
      entry("empty", ""),
      entry("größe 100% #1?.txt", "x"),
      entry("..\\..\\evil", "stays"),
      entry("old", "o", new Date(0)),
    ];
    assert.equal(await write(path, entries), zipLength(entries));
    await run("-q", path, "-d", join(folder.path, "out"));
    const read = (name: string) => Deno.readTextFile(join(folder.path, "out", name));
    assert.equal(await read("deep/er/a.txt"), "hello");
    assert.equal(await read("empty"), "");
    assert.equal(await read("größe 100% #1?.txt"), "x");
    assert.equal(await read(".._.._evil"), "stays");
    assert.match(await run("-Z", "-lT", path), /20260601\.123042 deep\/er\/a\.txt/);
  },
});

Deno.test({
  name: "a file above 4 GiB, and what comes behind it, can be read",
  ...unzip,
  async fn() {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, "a.zip");
    const chunks = 65;
    const large: ZipEntry = {
      path: "large",
      size: chunks * ZEROS.length,
      modifiedAt: new Date("2026-06-01T12:30:42Z"),
      open: () => Promise.resolve(ReadableStream.from(Array.from({ length: chunks }, () => ZEROS))),
    };
    const entries = [large, entry("behind", "found")];
    assert.equal(await write(path, entries), zipLength(entries));
    assert.match(await run("-l", path), new RegExp(`${large.size} .* large\\n.* 5 .* behind\\n`));
    assert.equal(await run("-p", path, "behind"), "found");
  },
});

Deno.test({
  name: "more than 65,535 files can be read",
  ...unzip,
  async fn() {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, "a.zip");
    const entries = Array.from({ length: 65_536 }, (_, number) => entry(`f${number}`, `${number}`));
    assert.equal(await write(path, entries), zipLength(entries));
    assert.match(await run("-l", path), /65536 files\n$/);
    assert.equal(await run("-p", path, "f65535"), "65535");
  },
});

Deno.test("a file that is not as long as was said breaks the archive off", async () => {
  const entries = [{ ...entry("a", "hello"), size: 6 }];
  await assert.rejects(Array.fromAsync(zipArchive(entries)), {
    message: "Archiving a: it has 5 bytes and not 6 any more",
  });
});
