import assert from "node:assert/strict";
import { join } from "node:path";
import { artifactPathProblem } from "../../../lib/controller/blobs/artifact_storage.ts";
import { FileArtifactStorage } from "../../../lib/controller/blobs/file_artifact_storage.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

const OWNER = { buildId: "1", taskId: "2", taskName: "build / linux" };

function stream(text: string): ReadableStream<Uint8Array> {
  return ReadableStream.from([new TextEncoder().encode(text)]);
}

async function filesBelow(directory: string, below = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(directory, below))) {
    const path = join(below, name);
    found.push(...isDirectory ? await filesBelow(directory, path) : [path]);
  }
  return found.sort();
}

Deno.test("a file is below its build, task and name; the same path once more replaces it", async () => {
  await using folder = await temporaryDirectory();
  const storage = new FileArtifactStorage({ directory: folder.path });
  const place = { ...OWNER, name: "binary", path: "out/a.txt" };
  assert.equal(await storage.sizeOf(place), undefined);
  assert.equal(await storage.write(place, stream("first")), 5);
  await storage.write(place, stream("2"));
  assert.equal(await storage.sizeOf(place), 1);
  assert.deepEqual(await filesBelow(folder.path), ["1/2/binary/out/a.txt"]);
  assert.equal(await storage.sizeOf({ ...place, path: "out" }), undefined);
  assert.equal(await storage.sizeOf({ ...place, path: "out/a.txt/b" }), undefined);
});

Deno.test("an upload that breaks off leaves what was there", async () => {
  await using folder = await temporaryDirectory();
  const storage = new FileArtifactStorage({ directory: folder.path });
  const place = { ...OWNER, name: "n", path: "file" };
  await storage.write(place, stream("whole"));
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error("cut off")),
  });
  await assert.rejects(storage.write(place, broken), /cut off/);
  assert.deepEqual(await filesBelow(folder.path), ["1/2/n/file"]);
  assert.equal(await storage.sizeOf(place), 5);
});

Deno.test("what a process that was killed was writing is removed by the next one", async () => {
  await using folder = await temporaryDirectory();
  const draftsDirectory = join(folder.path, "drafts");
  const options = { directory: join(folder.path, "files"), draftsDirectory };
  const storage = new FileArtifactStorage(options);
  await storage.removeLeftovers();
  await storage.write({ ...OWNER, name: "n", path: "f" }, stream("kept"));
  await Deno.writeTextFile(join(draftsDirectory, "left"), "half");
  await new FileArtifactStorage(options).removeLeftovers();
  assert.deepEqual(await filesBelow(folder.path), ["files/1/2/n/f"]);
});

Deno.test("a file that is removed or replaced while it is read is read to its end", async () => {
  await using folder = await temporaryDirectory();
  const storage = new FileArtifactStorage({ directory: folder.path });
  const place = { ...OWNER, name: "n", path: "f" };
  await storage.write(place, stream("first"));
  const replaced = await storage.read(place);
  await storage.write(place, stream("second"));
  const removed = await storage.read(place, () => ({ start: 1, end: 4 }));
  await storage.removeBuild("1");
  assert.equal(await new Response(replaced?.body).text(), "first");
  assert.equal(await new Response(removed?.body).text(), "eco");
  assert.equal(await storage.read(place), undefined);
});

Deno.test("names of tasks and artifacts are one folder each, whatever they are", async () => {
  await using folder = await temporaryDirectory();
  const foldersOf = ({ taskName }: { taskName: string }) => [taskName];
  const storage = new FileArtifactStorage({ directory: folder.path, foldersOf });
  await storage.write({ ...OWNER, name: "..", path: "f" }, stream("x"));
  await storage.write({ ...OWNER, name: "a/../b", path: "f" }, stream("x"));
  assert.deepEqual(await filesBelow(folder.path), ["build _ linux/_/f", "build _ linux/a_.._b/f"]);
});

Deno.test("the files of one build are removed, those of others stay", async () => {
  await using folder = await temporaryDirectory();
  const storage = new FileArtifactStorage({ directory: folder.path });
  await storage.write({ ...OWNER, name: "n", path: "f" }, stream("x"));
  await storage.write({ ...OWNER, buildId: "9", name: "n", path: "f" }, stream("x"));
  await storage.removeBuild("1");
  await storage.removeBuild("none");
  assert.deepEqual(await filesBelow(folder.path), ["9/2/n/f"]);
});

for (
  const path of ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a/.", "a\0b", "x".repeat(5_000)]
) {
  Deno.test(`the path ${JSON.stringify(path.slice(0, 20))} is refused`, async () => {
    await using folder = await temporaryDirectory();
    assert.ok(artifactPathProblem(path));
    const storage = new FileArtifactStorage({ directory: folder.path });
    await assert.rejects(
      storage.write({ ...OWNER, name: "n", path }, stream("x")),
      /^Error: Storing the artifact/,
    );
    assert.deepEqual(await filesBelow(folder.path), []);
  });
}
