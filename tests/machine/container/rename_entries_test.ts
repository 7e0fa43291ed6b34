import assert from "node:assert/strict";
import { join } from "node:path";
import { renameEntries } from "../../../lib/machine/container/rename_entries.ts";
import { tarOfFile } from "../../../lib/machine/container/tar_file.ts";
import { TAR_END } from "../../../lib/machine/container/tar_header.ts";
import { runCommand } from "../../../lib/process/run_command.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

const LONG = `${"d".repeat(90)}/${"f".repeat(90)}`;

/** What GNU's tar reads in an archive, in pieces of a size that no header has. */
async function listed(tar: Uint8Array, flags: readonly string[] = []): Promise<string> {
  const { stdout } = await runCommand(["tar", "-t", "-v", "--numeric-owner", ...flags, "-f", "-"], {
    stdin: ReadableStream.from(pieces(tar, 700)),
  });
  return new TextDecoder().decode(stdout);
}

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

for (const format of ["gnu", "pax", "ustar"]) {
  Deno.test(`entries of a ${format} archive get other names and owners, and keep their contents and links`, async () => {
    await using folder = await temporaryDirectory();
    await Deno.mkdir(join(folder.path, "d".repeat(90)));
    await Deno.writeTextFile(join(folder.path, LONG), "of a long name");
    await Deno.writeTextFile(join(folder.path, "hard"), "");
    await Deno.link(join(folder.path, "hard"), join(folder.path, "link"));
    await Deno.symlink("d/e", join(folder.path, "soft"));
    const { stdout } = await runCommand(
      [
        "tar",
        "-c",
        `--format=${format}`,
        "--sort=name",
        "-C",
        folder.path,
        "d".repeat(90),
        "hard",
        "link",
        "soft",
      ],
    );
    const renamed = renameEntries(ReadableStream.from(pieces(stdout, 333)), {
      rename: (path) => `${"r".repeat(60)}/${path}`,
      owner: { uid: 3_000_000, gid: 7 },
    });
    const tar = await new Response(renamed).bytes();
    const text = await listed(tar);
    const lines = text.trim().split("\n");
    const r = "r".repeat(60);
    assert.equal(lines.length, 5);
    for (const line of lines) assert.match(line, / 3000000\/7 .* r{60}\//);
    assert.ok(lines[1]?.endsWith(` ${r}/${LONG}`), text);
    assert.ok(lines[3]?.endsWith(` ${r}/link link to ${r}/hard`), text);
    assert.ok(lines[4]?.endsWith(` ${r}/soft -> d/e`), text);
    const { stdout: content } = await runCommand(["tar", "-x", "-O", "-f", "-", `${r}/${LONG}`], {
      stdin: ReadableStream.from([tar]),
    });
    assert.equal(new TextDecoder().decode(content), "of a long name");
  });
}

Deno.test("nothing is left of what follows an archive's end, and one that is cut off stays so", async () => {
  const file = tarOfFile("a", new TextEncoder().encode("content"), 0o640);
  const rename = (path: string) => path;
  const through = (...parts: Uint8Array<ArrayBuffer>[]) =>
    new Response(renameEntries(new Blob(parts).stream(), { rename })).bytes();
  const [tar, padding] = [Uint8Array.from(file), new Uint8Array(9_000)];
  assert.deepEqual(await through(tar, padding), tar);
  assert.deepEqual(await through(tar.subarray(0, 700)), tar.subarray(0, 700));
  assert.deepEqual(await through(tar.subarray(0, 100)), tar.subarray(0, 100));
  assert.deepEqual(tar.subarray(-TAR_END.length), TAR_END);
});

Deno.test("an archive of one file holds its mode and names of any length", async () => {
  const name = "ü".repeat(80);
  const text = await listed(tarOfFile(name, new Uint8Array(1_000), 0o751), ["--quoting-style=literal"]);
  assert.match(text, new RegExp(`^-rwxr-x--x 0/0 +1000 .* ${name}\n$`));
});
