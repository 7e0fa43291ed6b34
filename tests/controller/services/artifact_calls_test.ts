import assert from "node:assert/strict";
import { join } from "node:path";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import type { RawTask } from "../raw_worker.ts";
import { startServing } from "../serving_controller.ts";

/** A controller that keeps artifacts in a folder of the test's. */
async function start() {
  const resources = new AsyncDisposableStack();
  const { path } = resources.use(await temporaryDirectory());
  const foldersOf = () => [];
  const place = resources.use(await startServing({ artifacts: { directory: path, foldersOf } }));
  const taken = await place.takeTask();
  const read = (file: string) => Deno.readTextFile(join(path, file));
  return { taken, read, path, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

async function urlFor({ agent }: RawTask, path: string, size: number): Promise<string> {
  const files = [{ path, sizeInBytes: BigInt(size) }];
  const { urls: [answer] } = await agent.generateArtifactUploadURLs({ name: "binary", files });
  return answer?.url ?? "";
}

async function put(url: string, body: string): Promise<number> {
  const response = await fetch(url, { method: "PUT", body });
  await response.body?.cancel();
  return response.status;
}

Deno.test("files are uploaded to their URLs and then committed", async () => {
  await using place = await start();
  const files = [{ path: "a.txt", sizeInBytes: 1n }, { path: "deep/b.txt", sizeInBytes: 0n }];
  const { urls } = await place.taken.agent.generateArtifactUploadURLs({ name: "binary", files });
  assert.equal(urls.length, 2);
  assert.equal(await put(urls[0]?.url ?? "", "1"), 200);
  await assert.rejects(
    place.taken.agent.commitUploadedArtifacts({ name: "binary", files }),
    /FAILED_PRECONDITION: The artifact deep\/b.txt cannot be committed: it never came/,
  );
  assert.equal(await put(urls[1]?.url ?? "", ""), 200);
  await place.taken.agent.commitUploadedArtifacts({ name: "binary", files });
  assert.equal(await place.read("binary/a.txt"), "1");
  assert.equal(await place.read("binary/deep/b.txt"), "");
});

Deno.test("an upload of another size than announced is refused, and a URL is for PUT only", async () => {
  await using place = await start();
  const url = await urlFor(place.taken, "a", 3);
  assert.equal(await put(url, "four"), 400);
  const read = await fetch(url);
  await read.body?.cancel();
  assert.equal(read.status, 403);
  assert.equal(await put(url, "yes"), 200);
});

Deno.test("a stream holds files one after the other, of as many chunks as each needs", async () => {
  await using place = await start();
  const chunk = (artifactPath: string, data: string) =>
    ({ value: { case: "chunk", value: { artifactPath, data: new TextEncoder().encode(data) } } }) as const;
  const entries = async function* () {
    yield { value: { case: "artifactsUpload", value: { name: "binary" } } } as const;
    yield* [chunk("a", "1"), chunk("a", "2"), chunk("empty", ""), chunk("d/b", "3")];
    await Promise.resolve();
  };
  assert.equal((await place.taken.agent.uploadArtifacts(entries())).bytesSaved, 3n);
  assert.equal(await place.read("binary/a"), "12");
  assert.equal(await place.read("binary/empty"), "");
  assert.equal(await place.read("binary/d/b"), "3");
});

Deno.test("a path that leads out of the artifacts is refused however it comes", async () => {
  await using place = await start();
  const { agent } = place.taken;
  await assert.rejects(
    urlFor(place.taken, "../../x", 1),
    /INVALID_ARGUMENT: The path of an artifact cannot be/,
  );
  await assert.rejects(
    agent.commitUploadedArtifacts({ name: "binary", files: [{ path: "/etc/passwd", sizeInBytes: 1n }] }),
    /INVALID_ARGUMENT/,
  );
  const entries = async function* () {
    yield { value: { case: "artifactsUpload", value: { name: "binary" } } } as const;
    yield { value: { case: "chunk", value: { artifactPath: "../x", data: new Uint8Array(1) } } } as const;
    await Promise.resolve();
  };
  await assert.rejects(agent.uploadArtifacts(entries()), /INVALID_ARGUMENT/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(place.path)), []);
});

Deno.test("a stream that does not say what it holds is refused", async () => {
  await using place = await start();
  const entries = async function* () {
    yield { value: { case: "chunk", value: { artifactPath: "x", data: new Uint8Array(1) } } } as const;
    await Promise.resolve();
  };
  await assert.rejects(
    place.taken.agent.uploadArtifacts(entries()),
    /INVALID_ARGUMENT: A stream of artifacts begins/,
  );
});
