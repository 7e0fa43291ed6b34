import assert from "node:assert/strict";
import { join } from "node:path";
import { cacheChanges } from "../../../lib/agent/caches/cache_changes.ts";
import { type FileDigests, TarContents } from "../../../lib/agent/caches/tar_contents.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

/** Reads a tar that the host's tar makes of a folder, in pieces of `size` bytes. */
async function read(
  folder: string,
  { format, size }: { format: string; size: number },
): Promise<{ files: number; bytes: number; digests: FileDigests }> {
  const { stdout } = await new Deno.Command("tar", { args: ["-c", `--format=${format}`, "-C", folder, "."] })
    .output();
  const contents = new TarContents({ digests: true });
  const pieces = Array.from(
    { length: Math.ceil(stdout.length / size) },
    (_, i) => stdout.subarray(i * size, (i + 1) * size),
  );
  let passed = 0;
  for await (const chunk of contents.passThrough(ReadableStream.from(pieces))) passed += chunk.length;
  assert.equal(passed, stdout.length);
  const { files, bytes, digests = new Map() } = contents;
  return { files, bytes, digests };
}

const LONG = "long-name-".repeat(20);

for (const format of ["ustar", "pax", "gnu"]) {
  Deno.test(`a ${format} archive is read the same however it is cut`, async () => {
    await using folder = await temporaryDirectory();
    const names = format === "ustar" ? ["a", "b é"] : ["a", "b é", LONG];
    for (const [index, name] of names.entries()) {
      await Deno.writeTextFile(join(folder.path, name), "x".repeat(index * 700 + 512));
    }
    await Deno.symlink("a", join(folder.path, "soft"));
    await Deno.link(join(folder.path, "a"), join(folder.path, "hard"));
    const whole = await read(folder.path, { format, size: 1_000_000 });
    const cut = await read(folder.path, { format, size: 7 });
    assert.deepEqual(whole, cut);
    assert.equal(whole.files, names.length + 2);
    assert.deepEqual(
      [...whole.digests.keys()].map((name) =>
        new TextDecoder().decode(Uint8Array.from(name, (c) => c.charCodeAt(0)))
      ).sort(),
      [...names, "hard", "soft"].sort(),
    );
    assert.equal(whole.digests.get("a"), whole.digests.get("hard"));
    assert.equal(whole.bytes, names.reduce((sum, _, index) => sum + index * 700 + 512, 0));
  });
}

Deno.test("times are no change; contents, modes and links are", async () => {
  await using folder = await temporaryDirectory();
  for (const name of ["same", "content", "mode"]) await Deno.writeTextFile(join(folder.path, name), "x");
  await Deno.symlink("same", join(folder.path, "link"));
  const before = await read(folder.path, { format: "pax", size: 10_000 });
  await Deno.utime(join(folder.path, "same"), 1, 1);
  await Deno.writeTextFile(join(folder.path, "content"), "y");
  await Deno.chmod(join(folder.path, "mode"), 0o755);
  await Deno.remove(join(folder.path, "link"));
  await Deno.symlink("mode", join(folder.path, "link"));
  const after = await read(folder.path, { format: "pax", size: 10_000 });
  assert.deepEqual(cacheChanges(before.digests, after.digests), [
    "  modified: content",
    "  modified: link",
    "  modified: mode",
  ]);
});

Deno.test("of many changes the first ones are listed", () => {
  const after = new Map(Array.from({ length: 1_234 }, (_, i) => [`f${String(i).padStart(4, "0")}`, "-"]));
  const lines = cacheChanges(new Map(), after);
  assert.equal(lines.length, 21);
  assert.equal(lines[0], "  added: f0000");
  assert.equal(lines.at(-1), "  and 1,214 more");
});

Deno.test("what is no tar passes through unread", async () => {
  const contents = new TarContents({ digests: false });
  const noise = new Uint8Array(5_000).fill(0xff);
  for await (const chunk of contents.passThrough(ReadableStream.from([noise]))) {
    assert.deepEqual(chunk, noise);
  }
  assert.equal(contents.files, 0);
});
