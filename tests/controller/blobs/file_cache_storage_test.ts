import assert from "node:assert/strict";
import { join } from "node:path";
import { CacheUploadError } from "../../../lib/controller/blobs/cache_storage.ts";
import { FileCacheStorage } from "../../../lib/controller/blobs/file_cache_storage.ts";
import { eventually } from "../../helpers/eventually.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { ManualClock } from "../manual_clock.ts";

const MIB = 1024 * 1024;

function stream(...pieces: Array<string | Uint8Array>): ReadableStream<Uint8Array> {
  return ReadableStream.from(
    pieces.map((piece) => typeof piece === "string" ? new TextEncoder().encode(piece) : piece),
  );
}

function target(key: string, scope = "main") {
  return { scope, key, taskId: "1" };
}

async function open(directory: string, options: { maxBytes?: number; clock?: ManualClock } = {}) {
  const { maxBytes = 100 * MIB, clock = new ManualClock() } = options;
  return await FileCacheStorage.open({ directory, maxBytes, clock });
}

/** A storage in a folder of its own. */
async function start(options: { maxBytes?: number } = {}) {
  const resources = new AsyncDisposableStack();
  const { path } = resources.use(await temporaryDirectory());
  const clock = new ManualClock();
  const storage = resources.use(await open(path, { ...options, clock }));
  const text = async (key: string, scope = "main") => {
    const reading = await storage.read({ scope, key });
    return reading && await new Response(reading.body).text();
  };
  const files = async () => (await Array.fromAsync(Deno.readDir(join(path, "entries")))).length;
  return { storage, clock, path, text, files, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

Deno.test("an entry is read as it was written, and again after a restart", async () => {
  await using place = await start();
  const entry = await place.storage.write(target("k"), stream("one ", "two"));
  assert.equal(entry.size, 7);
  assert.equal(await place.text("k"), "one two");
  await using again = await open(place.path);
  assert.equal((await again.find(["main"], "k"))?.digest, entry.digest);
});

Deno.test("a new entry takes the place of the old one, whose reader reads on", async () => {
  await using place = await start();
  await place.storage.write(target("k"), stream("old"));
  const reading = await place.storage.read({ scope: "main", key: "k" });
  await place.storage.write(target("k"), stream("new"));
  assert.equal(await new Response(reading?.body).text(), "old");
  assert.equal(await place.text("k"), "new");
  assert.equal(await place.files(), 1);
});

Deno.test("a write that breaks off leaves nothing, and what was there before", async () => {
  await using place = await start();
  await place.storage.write(target("k"), stream("old"));
  const broken = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(10)),
    pull: (controller) => controller.error(new Error("cut off")),
  });
  await assert.rejects(place.storage.write(target("k"), broken), /cut off/);
  assert.equal(await place.text("k"), "old");
  assert.equal(await place.files(), 1);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(join(place.path, "uploads"))), []);
});

Deno.test("what was not used for the longest time goes first when there is no room, never what is read", async () => {
  await using place = await start({ maxBytes: 30 });
  for (const key of ["read", "used", "unused"]) {
    await place.storage.write(target(key), stream("x".repeat(10)));
    await place.clock.advance(1_000);
  }
  const reading = await place.storage.read({ scope: "main", key: "read" });
  await place.clock.advance(1_000);
  await place.text("used");
  await place.clock.advance(1_000);
  await place.storage.write(target("a"), stream("x".repeat(10)));
  assert.equal(await place.text("unused"), undefined);
  await place.clock.advance(1_000);
  await place.storage.write(target("b"), stream("x".repeat(10)));
  assert.equal(await place.text("used"), undefined);
  assert.equal(await new Response(reading?.body).text(), "x".repeat(10));
  await place.storage.write(target("c"), stream("x".repeat(10)));
  assert.equal(await place.text("read"), undefined);
  assert.equal(await place.files(), 3);
});

Deno.test("an entry that is larger than all may be is refused and leaves nothing", async () => {
  await using place = await start({ maxBytes: 30 });
  await place.storage.write(target("k"), stream("old"));
  await assert.rejects(
    place.storage.write(target("big"), stream("x".repeat(31))),
    (error) => error instanceof CacheUploadError && error.kind === "too large",
  );
  assert.equal(await place.text("k"), "old");
  assert.equal(await place.files(), 1);
});

Deno.test("the newest entry with a prefix is found, and % and _ in it mean themselves", async () => {
  await using place = await start();
  for (const key of ["npm-1", "npm-2", "npmx", "n%m-3"]) await place.storage.write(target(key), stream(key));
  await place.storage.write(target("npm-other", "other"), stream("x"));
  assert.equal((await place.storage.newest(["main"], ["npm-"]))?.key, "npm-2");
  assert.equal((await place.storage.newest(["main", "other"], ["npm-"]))?.key, "npm-other");
  assert.equal((await place.storage.newest(["main"], ["n_m-"]))?.key, undefined);
  assert.equal((await place.storage.newest(["main"], ["n%"]))?.key, "n%m-3");
});

Deno.test("parts become an entry in the order of their numbers", async () => {
  await using place = await start();
  const uploadId = await place.storage.beginUpload();
  const last = await place.storage.writePart({ uploadId, partNumber: 2 }, stream("end"));
  const first = await place.storage.writePart(
    { uploadId, partNumber: 1 },
    stream(new Uint8Array(5 * MIB).fill(65)),
  );
  const entry = await place.storage.completeUpload({ uploadId, target: target("k") }, [
    { partNumber: 2, etag: last },
    { partNumber: 1, etag: first },
  ]);
  assert.equal(entry.size, 5 * MIB + 3);
  assert.match(await place.text("k") ?? "", /^A+end$/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(join(place.path, "uploads"))), []);
});

Deno.test("parts that never came, are too small or have another ETag make no entry", async () => {
  await using place = await start();
  const uploadId = await place.storage.beginUpload();
  const etag = await place.storage.writePart({ uploadId, partNumber: 1 }, stream("small"));
  const second = await place.storage.writePart({ uploadId, partNumber: 2 }, stream("last"));
  const upload = { uploadId, target: target("k") };
  for (
    const [parts, problem] of [
      [[], /must have a part/],
      [[{ partNumber: 1, etag: second }], /another ETag/],
      [[{ partNumber: 1, etag: "../../x" }], /none of ours/],
      [[{ partNumber: 3, etag }], /never came/],
      [[{ partNumber: 1, etag }, { partNumber: 2, etag: second }], /has 5 bytes/],
      [[{ partNumber: 1, etag }, { partNumber: 1, etag }], /named twice/],
    ] as const
  ) {
    await assert.rejects(place.storage.completeUpload(upload, parts), problem);
  }
  assert.equal(await place.text("k"), undefined);
  for (const unknown of [crypto.randomUUID(), "../entries"]) {
    await assert.rejects(
      place.storage.completeUpload({ uploadId: unknown, target: target("k") }, [{ partNumber: 1, etag }]),
      /There is no such upload/,
    );
  }
});

Deno.test("two processes' storages in one folder see each other's entries", async () => {
  await using place = await start();
  await using other = await open(place.path);
  await Promise.all(
    Array.from(
      { length: 20 },
      (_, i) => (i % 2 ? place.storage : other).write(target(`k${i}`), stream(`${i}`)),
    ),
  );
  for (let i = 0; i < 20; i++) assert.equal(await place.text(`k${i}`), `${i}`);
});

Deno.test("what a process that was killed was writing is removed, and nothing that is still written", async () => {
  await using place = await start();
  const uploads = join(place.path, "uploads");
  const names = () => Array.fromAsync(Deno.readDir(uploads), ({ name }) => name);
  await Deno.writeTextFile(join(uploads, "left"), "x");
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const written = place.storage.write(target("k"), readable);
  await writer.write(new TextEncoder().encode("one "));
  await eventually(async () => (await names()).length === 2);
  await using _again = await open(place.path);
  assert.equal((await names()).includes("left"), false);
  await writer.write(new TextEncoder().encode("two"));
  await writer.close();
  await written;
  assert.equal(await place.text("k"), "one two");
});

Deno.test("what a process that was killed left behind is removed a day later", async () => {
  await using place = await start();
  const old = new Date(Date.now() - 2 * 24 * 3_600_000);
  await place.storage.write(target("k"), stream("kept"));
  await Deno.writeTextFile(join(place.path, "entries/stray"), "x");
  for (const path of ["uploads/old", "uploads/new"]) await Deno.mkdir(join(place.path, path));
  for await (const { name } of Deno.readDir(join(place.path, "entries"))) {
    await Deno.utime(join(place.path, "entries", name), old, old);
  }
  await Deno.utime(join(place.path, "uploads/old"), old, old);
  await using again = await open(place.path);
  assert.ok(await again.find(["main"], "k"));
  assert.equal(await place.files(), 1);
  assert.deepEqual(
    await Array.fromAsync(Deno.readDir(join(place.path, "uploads")), ({ name }) => name),
    ["new"],
  );
});

Deno.test("a folder that cannot be used is refused with what to do", async () => {
  await using folder = await temporaryDirectory();
  await Deno.writeTextFile(join(folder.path, "file"), "");
  await assert.rejects(
    open(join(folder.path, "file")),
    /^Error: Opening the caches in .*file: .*; let this user/,
  );
});
