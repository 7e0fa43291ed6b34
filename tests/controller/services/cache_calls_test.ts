import assert from "node:assert/strict";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import type { RawTask } from "../raw_worker.ts";
import { startServing } from "../serving_controller.ts";

const PUT = { method: "PUT" };

async function store({ agent }: RawTask, cacheKey: string, body: string): Promise<void> {
  const { url } = await agent.generateCacheUploadURL({ cacheKey });
  const response = await fetch(url, { ...PUT, body });
  assert.equal(response.status, 200, await response.text());
}

async function load({ agent }: RawTask, cacheKey: string): Promise<string | undefined> {
  try {
    const { urls: [url = ""] } = await agent.generateCacheDownloadURLs({ cacheKey });
    return await (await fetch(url)).text();
  } catch (error) {
    assert.match(String(error), /NOT_FOUND/);
    return undefined;
  }
}

Deno.test("what a task stores is there for later tasks of the repository, and for no other's", async () => {
  await using place = await startServing();
  const first = await place.takeTask({ cloneUrl: "https://git/a/b.git" });
  await store(first, "k", "content");
  await place.release(first);
  const second = await place.takeTask({ cloneUrl: "https://git/a/b" });
  assert.equal(await load(second, "k"), "content");
  const { info } = await second.agent.cacheInfo({ cacheKey: "k" });
  assert.deepEqual([info?.key, info?.sizeInBytes, info?.createdByTaskId], ["k", 7n, first.id]);
  await place.release(second);
  const other = await place.takeTask({ cloneUrl: "https://git/a/c" });
  assert.equal(await load(other, "k"), undefined);
});

Deno.test("a pull request sees the branches' caches, and nobody else sees what it stores", async () => {
  await using place = await startServing();
  const cloneUrl = "https://git/a/b";
  const main = await place.takeTask({ cloneUrl, branch: "main" });
  await store(main, "k", "of main");
  await place.release(main);

  const request = await place.takeTask({ cloneUrl, pullRequest: 1 });
  assert.equal(await load(request, "k"), "of main");
  await store(request, "k", "poisoned");
  await store(request, "new", "of the pull request");
  assert.equal(await load(request, "k"), "poisoned");
  await place.release(request);

  const again = await place.takeTask({ cloneUrl, pullRequest: 1 });
  assert.equal(await load(again, "new"), "of the pull request");
  await place.release(again);
  const another = await place.takeTask({ cloneUrl, pullRequest: 2 });
  assert.equal(await load(another, "new"), undefined);
  await another.agent.deleteCache({ cacheKey: "k" }).catch((error) =>
    assert.match(error.message, /NOT_FOUND/)
  );
  await place.release(another);
  const after = await place.takeTask({ cloneUrl, branch: "main" });
  assert.equal(await load(after, "k"), "of main");
  await assert.rejects(after.agent.cacheInfo({ cacheKey: "x", cacheKeyPrefixes: ["new"] }), /NOT_FOUND/);
});

Deno.test("the newest entry with a prefix is found, an empty prefix finds nothing", async () => {
  await using place = await startServing();
  const taken = await place.takeTask();
  for (const key of ["npm-1", "npm-2", "go-1"]) await store(taken, key, key);
  const ask = (cacheKeyPrefixes: string[]) => taken.agent.cacheInfo({ cacheKey: "npm-3", cacheKeyPrefixes });
  assert.equal((await ask(["npm-"])).info?.key, "npm-2");
  await assert.rejects(ask([""]), /NOT_FOUND/);
  assert.equal(
    (await taken.agent.cacheInfo({ cacheKey: "go-1", cacheKeyPrefixes: ["npm-"] })).info?.key,
    "go-1",
  );
});

Deno.test("an entry is deleted once", async () => {
  await using place = await startServing();
  const taken = await place.takeTask();
  await store(taken, "k", "x");
  await taken.agent.deleteCache({ cacheKey: "k" });
  assert.equal(await load(taken, "k"), undefined);
  await assert.rejects(taken.agent.deleteCache({ cacheKey: "k" }), /NOT_FOUND/);
});

Deno.test("a URL is good for its own method only, and an altered one for none", async () => {
  await using place = await startServing();
  const { agent } = await place.takeTask();
  const { url } = await agent.generateCacheUploadURL({ cacheKey: "k" });
  const statusOf = async (url: string, init?: RequestInit) => {
    const response = await fetch(url, init);
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await statusOf(url), 403);
  assert.equal(await statusOf(`${url}x`, PUT), 403);
  assert.equal(await statusOf(url.replace(/blobs\/./, "blobs/A"), PUT), 403);
  assert.equal(await statusOf(url, { ...PUT, body: "x" }), 200);
  const { urls: [read = ""] } = await agent.generateCacheDownloadURLs({ cacheKey: "k" });
  assert.equal(await statusOf(read, { ...PUT, body: "x" }), 403);
  assert.equal(await statusOf(new URL("/v1/blobs/", read).href), 403);
});

Deno.test("an entry is served with its length, an ETag and ranges, and as nothing a browser runs", async () => {
  await using place = await startServing();
  const taken = await place.takeTask();
  await store(taken, "k", "0123456789");
  const { urls: [url = ""] } = await taken.agent.generateCacheDownloadURLs({ cacheKey: "k" });
  const head = await fetch(url, { method: "HEAD" });
  assert.equal(head.headers.get("content-length"), "10");
  assert.equal(head.headers.get("x-content-type-options"), "nosniff");
  assert.match(head.headers.get("content-disposition") ?? "", /^attachment/);
  const same = await fetch(url, { headers: { "if-none-match": head.headers.get("etag") ?? "" } });
  assert.equal(same.status, 304);
  for (const [range, content] of [["bytes=2-4", "234"], ["bytes=-3", "789"], ["bytes=8-99", "89"]] as const) {
    const part = await fetch(url, { headers: { range } });
    assert.deepEqual([part.status, await part.text()], [206, content]);
  }
  const outside = await fetch(url, { headers: { range: "bytes=20-30" } });
  assert.deepEqual([outside.status, await outside.text()], [416, ""]);
  assert.equal(outside.headers.get("content-range"), "bytes */10");
});

Deno.test("an upload in parts is held to the announced sizes and the ETags", async () => {
  await using place = await startServing();
  const { agent } = await place.takeTask();
  const cacheKey = { cacheKey: "k" };
  const { uploadId } = await agent.multipartCacheUploadCreate(cacheKey);
  const first = new Uint8Array(5 * 1024 * 1024).fill(65);
  const send = async (partNumber: number, body: BodyInit, contentLength: number) => {
    const request = { cacheKey, uploadId, partNumber, contentLength: BigInt(contentLength) };
    const { url } = await agent.multipartCacheUploadPart(request);
    const response = await fetch(url, { ...PUT, body });
    await response.body?.cancel();
    return { status: response.status, etag: response.headers.get("etag") ?? "" };
  };
  assert.equal((await send(1, "short", first.length)).status, 400);
  const sent = [await send(1, first, first.length), await send(2, "end", 3)];
  const parts = sent.map(({ etag }, index) => ({ partNumber: index + 1, etag }));
  const swapped = parts.map(({ partNumber }, index) => ({ partNumber, etag: parts[1 - index]?.etag ?? "" }));
  await assert.rejects(
    agent.multipartCacheUploadCommit({ cacheKey, uploadId, parts: swapped }),
    /FAILED_PRECONDITION.*another ETag/,
  );
  await agent.multipartCacheUploadCommit({ cacheKey, uploadId, parts });
  assert.equal((await agent.cacheInfo(cacheKey)).info?.sizeInBytes, BigInt(first.length + 3));
  await assert.rejects(agent.multipartCacheUploadCommit({ cacheKey, uploadId, parts }), /NOT_FOUND/);
});

Deno.test("an entry above the limit is refused with 413", async () => {
  await using place = await startServing({ caches: { maxBytes: 100 } });
  const { agent } = await place.takeTask();
  const { url } = await agent.generateCacheUploadURL({ cacheKey: "k" });
  const response = await fetch(url, { ...PUT, body: "x".repeat(101) });
  assert.deepEqual([response.status, await response.text()], [413, "An entry may have 100 bytes at most\n"]);
});

Deno.test("a key that is empty or absurdly long is refused", async () => {
  await using place = await startServing();
  const { agent } = await place.takeTask();
  for (const cacheKey of ["", "k".repeat(1_025)]) {
    await assert.rejects(agent.generateCacheUploadURL({ cacheKey }), /INVALID_ARGUMENT/);
  }
});

Deno.test("while nothing serves files, agents are told to ask again", async () => {
  await using place = await startServing();
  place.controller.blobs.address = undefined;
  const { agent } = await place.takeTask();
  await assert.rejects(agent.generateCacheUploadURL({ cacheKey: "k" }), /UNAVAILABLE/);
});

Deno.test("caches outlive the controller", async () => {
  await using folder = await temporaryDirectory();
  {
    await using place = await startServing({ dataDirectory: folder.path });
    const taken = await place.takeTask();
    await store(taken, "k", "kept");
    await place.release(taken);
  }
  await using place = await startServing({ dataDirectory: folder.path });
  assert.equal(await load(await place.takeTask(), "k"), "kept");
});
