import assert from "node:assert/strict";
import { join } from "node:path";
import { localFiles } from "../../lib/pipeline/local_files.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";

/** `outside.txt` beside a project that has `top.txt` and, in `ci`, `near.txt` and links out of it. */
async function project() {
  const folder = await temporaryDirectory();
  const top = join(folder.path, "project");
  const ci = join(top, "ci");
  await Deno.mkdir(ci, { recursive: true });
  await Deno.writeTextFile(join(folder.path, "outside.txt"), "outside");
  await Deno.writeTextFile(join(top, "top.txt"), "top");
  await Deno.writeTextFile(join(ci, "near.txt"), "near");
  await Deno.symlink(join(folder.path, "outside.txt"), join(ci, "link-out"));
  await Deno.symlink(folder.path, join(ci, "folder-out"));
  await Deno.symlink("../top.txt", join(ci, "link-up"));
  return { top, ci, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

Deno.test("files are read relative to the directory, and up to the boundary, also by links", async () => {
  await using place = await project();
  const files = localFiles(place.ci, { boundary: place.top });
  const read = async (path: string) => new TextDecoder().decode(await files.read(path));
  assert.equal(await read("near.txt"), "near");
  assert.equal(await read("../top.txt"), "top");
  assert.equal(await read("link-up"), "top");
  assert.deepEqual([...await files.list("..") ?? []].toSorted(), ["ci", "top.txt"]);
  assert.equal(await files.list("near.txt"), undefined);
});

for (const path of ["../../outside.txt", "link-out", "folder-out/outside.txt", "folder-out"]) {
  Deno.test(`what leaves the project is refused: ${path}`, async () => {
    await using place = await project();
    const files = localFiles(place.ci, { boundary: place.top });
    await assert.rejects(files.read(path), /outside of the project/);
    await assert.rejects(files.list(path), /outside of the project/);
  });
}

Deno.test("without a boundary nothing above the directory is read", async () => {
  await using place = await project();
  await assert.rejects(localFiles(place.ci).read("../top.txt"), /outside of the project/);
  await assert.rejects(localFiles(place.ci).read("link-up"), /outside of the project/);
});

Deno.test("a folder is no file", async () => {
  await using place = await project();
  await assert.rejects(localFiles(place.top).read("ci"), /it is no file/);
});
