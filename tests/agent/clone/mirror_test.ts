import assert from "node:assert/strict";
import { join } from "node:path";
import { CloningTask } from "./cloning_task.ts";
import type { Origin } from "./origin.ts";
import { testClone } from "./test_clone.ts";

const variables = (origin: Origin) => ({ CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" });

/** A megabyte that no compression makes smaller. */
function noise(): Uint8Array {
  const bytes = new Uint8Array(1 << 20);
  for (let at = 0; at < bytes.length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

/** The only mirror. */
function mirrorOf(task: CloningTask): string {
  const [name, ...more] = [...Deno.readDirSync(task.mirrors)].filter((entry) => entry.isDirectory);
  assert.ok(name && more.length === 0);
  return join(task.mirrors, name.name);
}

/** The names of the mirrors' files, locks too. */
function mirrorFiles(task: CloningTask): string[] {
  return [...Deno.readDirSync(task.mirrors)].map(({ name }) => name);
}

testClone("a second clone fetches only what is new", async (origin, task) => {
  await origin.commit({ "big": noise() });
  assert.ok(await task.clone(variables(origin)), task.log);
  assert.ok(origin.server.sentBytes > 1 << 20);
  const before = origin.server.sentBytes;
  await origin.commit({ "small": "new" });
  assert.ok(await task.clone(variables(origin)), task.log);
  assert.equal(await task.read("small"), "new");
  assert.ok(origin.server.sentBytes - before < 10_000);
});

testClone("a clone borrows nothing from the mirror", async (origin, task) => {
  await origin.commit({ "a.txt": "one" });
  assert.ok(await task.clone(variables(origin)), task.log);
  await Deno.remove(task.mirrors, { recursive: true });
  assert.equal(await task.git("fsck", "--full"), "");
  assert.ok(await task.clone(variables(origin)), task.log);
  assert.equal(await task.read("a.txt"), "one");
});

testClone("a clone shows nothing of what others fetched", async (origin, task) => {
  await origin.commit({ "a.txt": "one" });
  await origin.git("checkout", "--quiet", "-b", "other");
  const other = await origin.commit({ "a.txt": "two" });
  assert.ok(await task.clone({ ...variables(origin), CIRRUS_BRANCH: "other" }), task.log);
  assert.ok(await task.clone(variables(origin)), task.log);
  await assert.rejects(task.git("cat-file", "-e", other), /git/);
});

testClone("two processes that clone at once share a mirror", async (origin, task) => {
  await origin.commit({ "a.txt": "one", "big": noise() });
  const program = join(import.meta.dirname ?? "", "clone_program.ts");
  const clone = () =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "--no-check", program, task.mirrors, JSON.stringify(variables(origin))],
      stderr: "inherit",
    }).output();
  const ends = await Promise.all([clone(), clone()]);
  assert.deepEqual(ends.map(({ stdout }) => new TextDecoder().decode(stdout)), ["one\n", "one\n"]);
  assert.ok(origin.server.sentBytes < 2 << 20, "only one of them fetched it");
});

testClone("two clones at once share a mirror", async (origin, task) => {
  await using second = await CloningTask.create();
  await origin.commit({ "a.txt": "one", "big": noise() });
  const mirrors = { directory: task.mirrors };
  const passed = await Promise.all([task, second].map((each) => each.clone(variables(origin), { mirrors })));
  assert.deepEqual(passed, [true, true]);
  for (const each of [task, second]) assert.equal(await each.git("status", "--porcelain"), "");
  assert.ok(origin.server.sentBytes < 2 << 20);
});

testClone(
  "a clone waits for whoever uses the mirror, and is cancelled all the same",
  async (origin, task) => {
    await origin.commit({ "a.txt": "one" });
    assert.ok(await task.clone(variables(origin)), task.log);
    const seen = origin.server.requests.length;
    using lock = await Deno.open(`${mirrorOf(task)}.lock`, { write: true });
    await lock.lock(true);
    const cancel = new AbortController();
    const { upstream } = task.agent;
    const waiting = task.clone(variables(origin), { signal: cancel.signal });
    await upstream.until(() => upstream.liveText("clone").includes("Fetching"));
    cancel.abort();
    assert.equal(await waiting, false);
    assert.equal(origin.server.requests.length, seen);
  },
);

for (
  const [damage, harm] of [
    ["objects that were cut short", async (mirror) => {
      const packs = join(mirror, "objects", "pack");
      for (const { name } of Deno.readDirSync(packs)) {
        await Deno.chmod(join(packs, name), 0o600);
        await Deno.truncate(join(packs, name), 100);
      }
    }],
    ["no objects at all", (mirror) => Deno.remove(join(mirror, "objects"), { recursive: true })],
    ["a ref that leads nowhere", (mirror) => {
      return Deno.writeTextFile(join(mirror, "refs", "heads", "main"), `${"12345678".repeat(5)}\n`);
    }],
    ["a ref that is none", (mirror) => Deno.writeTextFile(join(mirror, "refs", "heads", "main"), "rubbish")],
    ["a lock of a git that was killed", (mirror) => {
      return Deno.writeTextFile(join(mirror, "refs", "heads", "main.lock"), "");
    }],
    ["a configuration that is none", (mirror) => Deno.writeTextFile(join(mirror, "config"), "[rubbish")],
    ["no HEAD", (mirror) => Deno.remove(join(mirror, "HEAD"))],
  ] satisfies [string, (mirror: string) => Promise<void>][]
) {
  testClone(`a mirror with ${damage} is mended or made anew`, async (origin, task) => {
    await origin.commit({ "a.txt": "one" });
    assert.ok(await task.clone(variables(origin)), task.log);
    await harm(mirrorOf(task));
    await origin.commit({ "a.txt": "two", "b.txt": "three" });
    assert.ok(await task.clone(variables(origin)), task.log);
    assert.equal(await task.read("a.txt"), "two");
    assert.equal(await task.git("fsck", "--full"), "");
    assert.ok(await task.clone(variables(origin)), task.log);
    assert.doesNotMatch(task.log, /damaged/);
  });
}

testClone("a mirror above the bound is removed once it was used", async (origin, task) => {
  await origin.commit({ "big": noise() });
  for (const _ of ["first", "second"]) {
    assert.ok(
      await task.clone(variables(origin), { mirrors: { directory: task.mirrors, maxBytes: 1e6 } }),
      task.log,
    );
    assert.deepEqual(mirrorFiles(task), []);
  }
});

testClone("the mirror that was not used for longest makes room", async (origin, task) => {
  for (const name of ["second", "third"]) await origin.add(name);
  const mirrors = { directory: task.mirrors, maxBytes: 2_500_000 };
  for (const name of ["project", "second", "project", "third"]) {
    await origin.commit({ "big": noise() }, name);
    const url = origin.server.url(`${name}.git`);
    assert.ok(await task.clone({ ...variables(origin), CIRRUS_REPO_CLONE_URL: url }, { mirrors }), task.log);
  }
  const locks = mirrorFiles(task).filter((name) => name.endsWith(".lock"));
  const kept = await Promise.all(locks.map((name) => Deno.readTextFile(join(task.mirrors, name))));
  assert.ok(kept.includes(`${origin.server.url("third.git")}\n`));
  assert.ok(!kept.includes(`${origin.server.url("second.git")}\n`));
});

testClone("a mirror in use is not removed to make room", async (origin, task) => {
  await origin.add("second");
  await origin.commit({ "big": noise() });
  await origin.commit({ "a.txt": "one" }, "second");
  assert.ok(await task.clone(variables(origin)), task.log);
  const used = mirrorOf(task);
  using lock = await Deno.open(`${used}.lock`, { write: true });
  await lock.lock(true);
  const mirrors = { directory: task.mirrors, maxBytes: 1 };
  const url = origin.server.url("second.git");
  assert.ok(await task.clone({ ...variables(origin), CIRRUS_REPO_CLONE_URL: url }, { mirrors }), task.log);
  assert.equal(mirrorOf(task), used);
});
