import assert from "node:assert/strict";
import { join } from "node:path";
import { playground } from "./playground.ts";

const CACHED = `
persistent_worker: {}
build_task:
  deps_cache:
    folder: deps
    fingerprint_script: cat lock
    populate_script: mkdir deps && date +%N > deps/made
  show_script: echo made at $(cat deps/made)
`;

const TOOL = `
persistent_worker: {}
tool_task:
  tool_script:
    - curl -s -w '%{http_code}\\n' http://$CIRRUS_HTTP_CACHE_HOST/key
    - echo content | curl -s -T - http://$CIRRUS_HTTP_CACHE_HOST/key
`;

function madeAt(stdout: string): string | undefined {
  return /made at (\d+)/.exec(stdout)?.[1];
}

Deno.test("a run finds the caches of the run before it, in the user's cache folder", async () => {
  await using place = await playground({ ".cirrus.yml": CACHED, lock: "v1" });
  const first = await place.run(["run"]);
  assert.match(first.stdout, /^\[build\] deps \| Cache miss for deps!$/m);
  assert.match(first.stdout, /^\[build\] Upload 'deps' cache \| Uploaded deps-\w{64} in /m);
  const second = await place.run(["run"]);
  assert.match(second.stdout, /^\[build\] deps \| Cache hit for deps!$/m);
  assert.ok(madeAt(first.stdout));
  assert.equal(madeAt(second.stdout), madeAt(first.stdout));
  await Deno.writeTextFile(join(place.project, "lock"), "v2");
  const third = await place.run(["run"]);
  assert.match(third.stdout, /Cache miss/);
  await place.assertNothingLeft();
});

Deno.test("--no-cache neither uses nor keeps caches", async () => {
  await using place = await playground({ ".cirrus.yml": CACHED, lock: "v1" });
  const kept = await place.run(["run"]);
  const without = await place.run(["run", "--no-cache"]);
  assert.match(without.stdout, /Cache miss/);
  const last = await place.run(["run"]);
  assert.equal(madeAt(last.stdout), madeAt(kept.stdout));
  await place.assertNothingLeft();
});

Deno.test("XDG_CACHE_HOME says where caches go, and a build tool finds its own there too", async () => {
  await using place = await playground({ ".cirrus.yml": TOOL });
  const XDG_CACHE_HOME = join(place.project, "..", "xdg");
  assert.match((await place.run(["run"], { XDG_CACHE_HOME })).stdout, /^\[tool\] tool \| .*404$/m);
  assert.match((await place.run(["run"], { XDG_CACHE_HOME })).stdout, /^\[tool\] tool \| content$/m);
  assert.ok((await Deno.stat(join(XDG_CACHE_HOME, "cirrus/task-caches/index.db"))).isFile);
});

Deno.test("a cache folder that cannot be used is said so, with what to do", async () => {
  await using place = await playground({ ".cirrus.yml": CACHED, lock: "v1" });
  const XDG_CACHE_HOME = join(place.project, "lock");
  const { code, stderr } = await place.run(["run"], { XDG_CACHE_HOME });
  assert.equal(code, 1);
  assert.match(stderr, /Opening the caches in .*task-caches: .*; let this user write there/);
});
