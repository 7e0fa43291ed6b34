import assert from "node:assert/strict";
import { join } from "node:path";
import { SMALL_LOG_BYTES } from "../../../lib/controller/logs/log_sink.ts";
import { Logs } from "../../../lib/controller/logs/logs.ts";
import { draftBuild } from "../../../lib/controller/builds/new_build.ts";
import { IdSource } from "../../../lib/controller/id_source.ts";
import { digestOf } from "../../../lib/controller/secrets.ts";
import { SqliteStore } from "../../../lib/controller/store/sqlite/sqlite_store.ts";
import type { LogKey } from "../../../lib/controller/store/log_index.ts";
import type { Store } from "../../../lib/controller/store/store.ts";
import { StoreFullError } from "../../../lib/controller/store/store_full_error.ts";
import { needsRoot, smallDisk } from "../../helpers/small_disk.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { task } from "../builds.ts";
import { ManualClock } from "../manual_clock.ts";

const QUIET = { onGrowth: () => {} };

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(new TextEncoder().encode(text));
}

/** A store with a task that a worker has. */
async function storeWithTask(): Promise<{ store: Store; key: LogKey }> {
  const store = SqliteStore.open(":memory:");
  const clock = new ManualClock();
  const draft = draftBuild({ tasks: [task({ commands: ["main", "other"] })] }, {
    ids: new IdSource(clock, undefined),
    now: 0,
  });
  const { waiting: [waiting] } = await store.builds.create(draft);
  assert.ok(waiting);
  const assignment = await store.tasks.give(waiting.id, {
    worker: "w1",
    clientSecretDigest: digestOf("x"),
    serverSecret: "y",
    at: 0,
  });
  assert.ok(assignment);
  return { store, key: { assignmentId: assignment.id, command: "main" } };
}

async function setUp() {
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await temporaryDirectory());
  const { store, key } = await storeWithTask();
  resources.use(store);
  const logs = new Logs({ index: store.logs, directory: directory.path });
  const owned = resources.move();
  return { directory: directory.path, store, key, logs, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function textOf(logs: Logs, key: LogKey): Promise<string | undefined> {
  const slice = await logs.read(key, { offset: 0, length: 1e9 });
  return slice && new TextDecoder().decode(slice.bytes);
}

async function filesIn(directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort();
}

const LARGE = "0123456789abcdef".repeat(SMALL_LOG_BYTES / 16) + "!";

Deno.test("Logs keep a small log in the store and a large one in a file", async () => {
  await using world = await setUp();
  const { logs, key, directory } = world;
  await logs.append(key, pieces("small"), QUIET);
  assert.deepEqual(await filesIn(directory), []);
  await logs.append({ ...key, command: "other" }, pieces("one ", LARGE, " two"), QUIET);
  assert.equal((await filesIn(directory)).length, 1);
  assert.equal(await textOf(logs, key), "small");
  assert.equal(await textOf(logs, { ...key, command: "other" }), `one ${LARGE} two`);
});

Deno.test("Logs are only readable for their owner", async () => {
  await using world = await setUp();
  const { logs, key, directory } = world;
  await logs.append(key, pieces(LARGE), QUIET);
  const [name = ""] = await filesIn(directory);
  assert.equal((await Deno.stat(join(directory, name))).mode! & 0o777, 0o600);
});

Deno.test("Logs tell of each piece how large the log is by then", async () => {
  await using world = await setUp();
  const sizes: number[] = [];
  const onGrowth = (size: number) => sizes.push(size);
  await world.logs.append(world.key, pieces("one", "two"), { onGrowth });
  await world.logs.append(world.key, pieces(LARGE), { onGrowth });
  assert.deepEqual(sizes, [3, 6, 6 + LARGE.length]);
});

Deno.test("Logs are read in parts, in the store or in a file", async () => {
  await using world = await setUp();
  const { logs, key } = world;
  for (const text of ["0123456789", LARGE]) {
    await logs.replace(key, pieces(text), QUIET);
    const part = await logs.read(key, { offset: 4, length: 3 });
    assert.equal(new TextDecoder().decode(part?.bytes), text.slice(4, 7));
    assert.equal(part?.size, text.length);
    assert.equal((await logs.read(key, { offset: text.length, length: 10 }))?.bytes.length, 0);
    assert.equal((await logs.read(key, { offset: text.length - 1, length: 10 }))?.bytes.length, 1);
  }
  assert.equal(await logs.read({ ...key, command: "other" }, { offset: 0, length: 1 }), undefined);
});

Deno.test("Logs let two streams to one log take turns, piece by piece", async () => {
  await using world = await setUp();
  const { logs, key } = world;
  const line = (name: string, n: number) => `${name}${n} ${"x".repeat(2_000)}\n`;
  const lines = (name: string) => Array.from({ length: 50 }, (_, n) => line(name, n));
  await Promise.all(["a", "b"].map((name) => logs.append(key, pieces(...lines(name)), QUIET)));
  const written = (await textOf(logs, key))?.trimEnd().split("\n").map((text) => `${text}\n`) ?? [];
  assert.deepEqual(written.toSorted(), [...lines("a"), ...lines("b")].toSorted());
  assert.deepEqual(written.filter((text) => text.startsWith("a")), lines("a"));
});

Deno.test("Logs that replace others remove their files, and drafts that break leave none", async () => {
  await using world = await setUp();
  const { logs, key, directory } = world;
  await logs.append(key, pieces(LARGE), QUIET);
  const broken = async function* () {
    yield* pieces(LARGE);
    throw new Error("cut");
  };
  await assert.rejects(logs.replace(key, broken(), QUIET), /cut/);
  assert.equal((await filesIn(directory)).length, 1);
  assert.equal(await textOf(logs, key), LARGE);
  await logs.replace(key, pieces("short"), QUIET);
  assert.deepEqual(await filesIn(directory), []);
  assert.equal(await textOf(logs, key), "short");
});

Deno.test("Logs that are appended to while they are replaced go on in the new one", async () => {
  await using world = await setUp();
  const { logs, key } = world;
  const replaced = Promise.withResolvers<void>();
  const appended = Promise.withResolvers<void>();
  const streaming = logs.append(
    key,
    (async function* () {
      yield* pieces(LARGE);
      await replaced.promise;
      yield* pieces(" and more");
    })(),
    { onGrowth: () => appended.resolve() },
  );
  await appended.promise;
  await logs.replace(key, pieces("whole"), QUIET);
  replaced.resolve();
  await streaming;
  assert.equal(await textOf(logs, key), "whole and more");
});

Deno.test("Logs of a command that the task has not are not there", async () => {
  await using world = await setUp();
  const { logs, key } = world;
  assert.equal(await logs.append({ ...key, command: "nope" }, pieces("x"), QUIET), undefined);
  assert.equal(await logs.replace({ ...key, command: "nope" }, pieces("x"), QUIET), undefined);
  assert.equal(await textOf(logs, { ...key, command: "nope" }), undefined);
});

Deno.test("Logs remove at the start what a killed controller left half done, and nothing else", async () => {
  await using world = await setUp();
  const { logs, key, store, directory } = world;
  await logs.append(key, pieces(LARGE), QUIET);
  const draft = await store.logs.draft(key);
  assert.ok(draft);
  await Deno.writeTextFile(join(directory, `${draft.id}.log`), "half");
  await Deno.writeTextFile(join(directory, "notes.txt"), "mine");
  await new Logs({ index: store.logs, directory }).removeLeftovers();
  assert.deepEqual((await filesIn(directory)).filter((name) => name !== "notes.txt").length, 1);
  assert.ok((await filesIn(directory)).includes("notes.txt"));
  assert.equal(await textOf(logs, key), LARGE);
});

Deno.test(
  "Logs say when their disk is full, keep what they have, and go on when there is space",
  needsRoot,
  async () => {
    await using disk = await smallDisk({ bytes: 1024 * 1024 });
    const { store, key } = await storeWithTask();
    await using _store = store;
    const logs = new Logs({ index: store.logs, directory: disk.path });
    await logs.append(key, pieces(LARGE), QUIET);
    const makeRoom = await disk.fill();
    const full = (error: unknown) =>
      error instanceof StoreFullError && /logs is full: make space/.test(error.message);
    await assert.rejects(logs.append(key, pieces("x".repeat(100_000)), QUIET), full);
    await assert.rejects(logs.replace(key, pieces("y".repeat(100_000)), QUIET), full);
    assert.equal((await textOf(logs, key))?.slice(0, LARGE.length), LARGE);
    await makeRoom();
    await logs.append(key, pieces(" and more"), QUIET);
    assert.ok((await textOf(logs, key))?.endsWith(" and more"));
    await logs.replace(key, pieces(LARGE), QUIET);
    assert.equal(await textOf(logs, key), LARGE);
  },
);
