import assert from "node:assert/strict";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { CacheInstructionSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { FakeCaches } from "../../fakes/upstream_caches.ts";
import { AgentUnderTest, type CommandInit, script } from "../agent_under_test.ts";

type CacheInit = MessageInitShape<typeof CacheInstructionSchema>;

/** An agent whose upstream keeps caches. */
async function start() {
  const resources = new AsyncDisposableStack();
  const agent = resources.use(await AgentUnderTest.create());
  const caches = resources.use(new FakeCaches(agent.upstream));
  return { agent, caches, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

function cache(name: string, value: CacheInit): CommandInit {
  return { name, instruction: { case: "cacheInstruction", value } };
}

function uploadOf(cacheName: string): CommandInit {
  return {
    name: `upload ${cacheName}`,
    instruction: { case: "uploadCacheInstruction", value: { cacheName } },
  };
}

/** Runs a task of these commands in a working directory that is empty but for `files`. */
async function run(
  { agent }: { agent: AgentUnderTest },
  commands: CommandInit[],
  options: { files?: Record<string, string>; environment?: Record<string, string> } = {},
) {
  await Deno.remove(agent.workingDirectory, { recursive: true }).catch(() => {});
  for (const [path, text] of Object.entries(options.files ?? {})) {
    const file = join(agent.workingDirectory, path);
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
  agent.upstream.commands = { environment: options.environment ?? {}, commands };
  await agent.run();
  assert.deepEqual(agent.leftovers(), []);
  return {
    states: agent.upstream.states,
    log: (name: string) => agent.upstream.savedText(name),
    attempts: agent.upstream.finished.at(-1)?.cacheRetrievalAttempts ?? {},
    read: (path: string) => Deno.readTextFile(join(agent.workingDirectory, path)),
  };
}

Deno.test("a miss populates the folder and uploads it, the next task finds it", async () => {
  await using place = await start();
  const commands = [
    cache("deps", {
      folders: ["deps"],
      fingerprintScripts: ["cat lock"],
      populateScripts: ["mkdir -p deps/a", "echo one > deps/a/file", "ln -s a/file deps/link"],
    }),
    uploadOf("deps"),
  ];
  const first = await run(place, commands, { files: { lock: "v1" } });
  assert.match(first.log("deps"), /^Cache miss for deps!$/m);
  assert.match(first.log("upload deps"), /^Packed deps: 2 files, 4 B -> \d+ B in \d+\.\d s \(.*\/s\)$/m);
  const [[key, miss] = []] = Object.entries(first.attempts);
  assert.match(key ?? "", /^deps-[0-9a-f]{64}$/);
  assert.equal(miss?.result.case, "miss");
  assert.ok(miss.result.case === "miss" && miss.result.value.sizeBytes > 0n);
  assert.ok(miss.result.value.populatedInNanos > 0n && miss.result.value.uploadedInNanos > 0n);

  const second = await run(place, commands, { files: { lock: "v1" } });
  assert.match(second.log("deps"), /^Cache hit for deps!$/m);
  assert.match(second.log("deps"), /^Restored deps: 2 files, \d+ B -> 4 B in /m);
  assert.equal(await second.read("deps/link"), "one\n");
  assert.match(second.log("upload deps"), /^Not uploading deps: it was found/);
  assert.equal(second.attempts[key ?? ""]?.result.case, "hit");
  assert.equal(place.caches.requests.filter(({ method }) => method === "PUT").length, 1);

  const third = await run(place, commands, { files: { lock: "v2" } });
  assert.match(third.log("deps"), /^Cache miss for deps!$/m);
  assert.equal(place.caches.entries.size, 2);
});

Deno.test("an upload says its length, has the headers asked for, and is a tar.gz that tar reads", async () => {
  await using place = await start();
  await run(place, [cache("deps", { folders: ["deps"], fingerprintKey: "key" }), uploadOf("deps")], {
    files: { "deps/file": "x" },
  });
  const { headers } = place.caches.requests.find(({ method }) => method === "PUT") ?? {};
  const archive = place.caches.entries.get("key");
  assert.ok(archive);
  assert.equal(headers?.get("content-length"), String(archive.length));
  assert.equal(headers?.get("transfer-encoding"), null);
  assert.equal(headers?.get("x-amz-meta-kind"), "cache");
  const path = join(place.agent.directory, "archive.tar.gz");
  await Deno.writeFile(path, archive);
  const { stdout } = await new Deno.Command("tar", { args: ["-tzf", path] }).output();
  assert.deepEqual(new TextDecoder().decode(stdout).trim().split("\n"), ["./", "./file"]);
});

for (
  const { what, value, environment, key } of [
    {
      what: "fingerprint_key, variables replaced, is the key",
      value: { fingerprintKey: "v1-$SUFFIX" },
      environment: { SUFFIX: "linux" },
      key: "v1-linux",
    },
    {
      what: "without a fingerprint the key is made of the task's name and index",
      value: {},
      environment: { CIRRUS_TASK_NAME: "build", CI_NODE_INDEX: "3" },
      key: `deps-${createHash("sha256").update("build3").digest("hex")}`,
    },
    {
      what: "a fingerprint script's output, what the shell echoes included, makes the key",
      value: { fingerprintScripts: ["printf abc"] },
      environment: {},
      key: `deps-${createHash("sha256").update("printf abc\nabc").digest("hex")}`,
    },
  ]
) {
  Deno.test(what, async () => {
    await using place = await start();
    await run(place, [cache("deps", { ...value, folders: ["deps"] }), uploadOf("deps")], {
      files: { "deps/file": "x" },
      environment,
    });
    assert.deepEqual([...place.caches.entries.keys()], [key]);
  });
}

Deno.test("a fingerprint script that fails, fails the command", async () => {
  await using place = await start();
  const { states, log } = await run(place, [
    cache("deps", { folders: ["deps"], fingerprintScripts: ["echo no lock file; exit 3"] }),
  ]);
  assert.equal(states["deps"], "FAILED");
  assert.match(
    log("deps"),
    /^no lock file\nComputing the key of the cache deps: its fingerprint script failed\nExit status: 3$/m,
  );
});

Deno.test("a populate script that fails, fails the command and the cache is not uploaded", async () => {
  await using place = await start();
  const { states } = await run(place, [
    cache("deps", { folders: ["deps"], populateScripts: ["mkdir deps", "touch deps/file", "exit 3"] }),
    uploadOf("deps"),
  ]);
  assert.equal(states["deps"], "FAILED");
  assert.equal(states["upload deps"], "SKIPPED");
  assert.equal(place.caches.entries.size, 0);
});

Deno.test("several folders and globs are kept relative to the working directory", async () => {
  await using place = await start();
  const commands = [
    cache("deps", { folders: ["out", "**/node_modules", "{x,y/z}/cache"], fingerprintKey: "k" }),
    uploadOf("deps"),
  ];
  await run(place, commands, {
    files: {
      "out/o": "1",
      "node_modules/m": "2",
      "a/b/node_modules/m": "3",
      "a/b/node_modules/c/node_modules/m": "4",
      "y/z/cache/f": "5",
      "src/main": "no",
    },
  });
  const second = await run(place, commands);
  assert.equal(await second.read("out/o"), "1");
  assert.equal(await second.read("node_modules/m"), "2");
  assert.equal(await second.read("a/b/node_modules/c/node_modules/m"), "4");
  assert.equal(await second.read("y/z/cache/f"), "5");
  await assert.rejects(second.read("src/main"), Deno.errors.NotFound);
});

Deno.test("one plain folder may be anywhere and named by variables", async () => {
  await using place = await start();
  const home = join(place.agent.directory, "elsewhere");
  const commands = [
    cache("deps", {
      folder: "$PLACE/.m2",
      fingerprintKey: "k",
      populateScripts: [`mkdir -p ${home}/.m2`, `echo m > ${home}/.m2/f`],
    }),
    uploadOf("deps"),
  ];
  await run(place, commands, { environment: { PLACE: home } });
  await Deno.remove(home, { recursive: true });
  await run(place, commands, { environment: { PLACE: home } });
  assert.equal(await Deno.readTextFile(join(home, ".m2/f")), "m\n");
});

for (const folders of [["../x", "y"], ["/etc/*"], ["a", "."]]) {
  Deno.test(`${folders.join(" and ")} cannot be one cache, and the log says why`, async () => {
    await using place = await start();
    const { states, log } = await run(place, [cache("deps", { folders })]);
    assert.equal(states["deps"], "FAILED");
    assert.match(
      log("deps"),
      /is not below the working directory .*, where several folders and globs have to be/,
    );
  });
}

Deno.test("reupload_on_changes uploads only what changed, and says what", async () => {
  await using place = await start();
  const commands = (line: string) => [
    cache("deps", { folders: ["deps"], fingerprintKey: "k", reuploadOnChanges: true }),
    script("work", line),
    uploadOf("deps"),
  ];
  await run(place, commands("mkdir deps && cd deps && echo 1 > a && echo 1 > b && echo 1 > c && ln b hard"));
  const same = await run(place, commands("touch deps/a"));
  assert.match(same.log("upload deps"), /^Not uploading deps: nothing in it has changed$/m);
  const changed = await run(place, commands("cd deps && echo 2 > a && rm c && echo 1 > d && chmod +x b"));
  const changes = changed.log("upload deps").split("\n").filter((line) => line.startsWith("  "));
  assert.deepEqual(changes, [
    "  modified: a",
    "  modified: b",
    "  removed: c",
    "  added: d",
    "  modified: hard",
  ]);
  const last = await run(place, commands("true"));
  assert.equal(await last.read("deps/a"), "2\n");
});

Deno.test("optimistically_restore_on_miss begins with the newest entry of the name", async () => {
  await using place = await start();
  const commands = [
    cache("deps", {
      folders: ["deps"],
      fingerprintScripts: ["cat lock"],
      optimisticallyRestoreOnMiss: true,
      populateScripts: ["mkdir -p deps", "cat lock >> deps/installed"],
    }),
    uploadOf("deps"),
  ];
  const first = await run(place, commands, { files: { lock: "v1 " } });
  assert.match(first.log("deps"), /^There is no other entry of deps to begin with$/m);
  const second = await run(place, commands, { files: { lock: "v2 " } });
  assert.match(second.log("deps"), /^Beginning with deps-\w+, the newest entry of deps$/m);
  assert.equal(await second.read("deps/installed"), "v1 v2 ");
  assert.equal(place.caches.entries.size, 2);
});

Deno.test("a corrupt archive is fetched once more, then nothing of it stays and it is not uploaded", async () => {
  await using place = await start();
  const commands = [
    cache("deps", {
      folders: ["deps"],
      fingerprintKey: "k",
      populateScripts: ["ls -d deps || mkdir deps; touch deps/new"],
    }),
    uploadOf("deps"),
  ];
  await run(place, [cache("deps", { folders: ["deps"], fingerprintKey: "k" }), uploadOf("deps")], {
    files: { "deps/old": "x".repeat(200_000) },
  });
  const whole = place.caches.entries.get("k");
  assert.ok(whole);
  place.caches.entries.set("k", whole.slice(0, whole.length - 8));
  const { states, log, attempts, read } = await run(place, commands);
  assert.equal(states["deps"], "COMPLETED");
  assert.match(log("deps"), /^Fetching it once more$/m);
  assert.match(log("deps"), /^Going on without deps, which is not uploaded either$/m);
  assert.match(log("upload deps"), /^Not uploading deps: it could not be restored$/m);
  assert.match(attempts["k"]?.error ?? "", /^Running (pigz|gzip): /);
  await assert.rejects(read("deps/old"), Deno.errors.NotFound);
  assert.equal(place.caches.requests.filter(({ method }) => method === "GET").length, 3);
});

Deno.test("an archive that breaks off and comes whole the second time is a hit", async () => {
  await using place = await start();
  const commands = [cache("deps", { folders: ["deps"], fingerprintKey: "k" }), uploadOf("deps")];
  await run(place, commands, { files: { "deps/old": "x" } });
  let broken = 0;
  place.caches.misbehave = (request) =>
    request.method === "GET" && broken++ === 0 ? new Response("no archive") : undefined;
  const { log, read } = await run(place, commands);
  assert.match(log("deps"), /^Cache hit for deps!$/m);
  assert.equal(await read("deps/old"), "x");
});

Deno.test("an archive cannot write outside of its folder", async () => {
  await using place = await start();
  const source = join(place.agent.directory, "evil");
  await Deno.writeTextFile(source, "evil");
  const { stdout } = await new Deno.Command("tar", {
    args: ["-czf", "-", "-P", "--transform=s,.*,../escaped,", source],
  }).output();
  place.caches.entries.set("k", stdout);
  const { states } = await run(place, [cache("deps", { folders: ["deps"], fingerprintKey: "k" })]);
  assert.equal(states["deps"], "COMPLETED");
  assert.equal(await place.agent.hasFile("escaped"), false);
});

for (
  const { what, misbehave } of [
    { what: "that answers 503", misbehave: () => new Response(null, { status: 503 }) },
    {
      what: "that sends something else",
      misbehave: () => new Response("too little", { headers: { "content-encoding": "gzip" } }),
    },
  ]
) {
  Deno.test(`a store ${what} fails no task, and no log shows the URL`, async () => {
    await using place = await start();
    place.caches.misbehave = misbehave;
    place.caches.entries.set("k", new Uint8Array([1]));
    const { states, log } = await run(place, [
      cache("deps", { folders: ["deps"], fingerprintKey: "k" }),
      cache("new", {
        folders: ["deps"],
        fingerprintKey: "k2",
        populateScripts: ["mkdir -p deps", "touch deps/f"],
      }),
      uploadOf("deps"),
      uploadOf("new"),
    ]);
    assert.deepEqual(Object.values(states), Array(4).fill("COMPLETED"));
    assert.match(log("deps"), /^Restoring the cache deps: /m);
    assert.ok(
      !["deps", "new", "upload deps", "upload new"].some((name) => log(name).includes("secret-of-the-url")),
    );
  });
}

Deno.test("an upstream without caches fails no task", async () => {
  await using agent = await AgentUnderTest.create();
  const { states, log } = await run({ agent }, [
    cache("deps", { folders: ["deps"], populateScripts: ["mkdir deps", "touch deps/file"] }),
    uploadOf("deps"),
  ]);
  assert.deepEqual(Object.values(states), ["COMPLETED", "COMPLETED"]);
  assert.match(log("deps"), /UNIMPLEMENTED/);
});

Deno.test("what another task has stored meanwhile is not stored again", async () => {
  await using place = await start();
  const commands = [
    cache("deps", { folders: ["deps"], fingerprintKey: "k" }),
    script("wait", "true"),
    uploadOf("deps"),
  ];
  place.agent.upstream.answers.streamLogs = async (entries) => {
    const answer = await place.agent.upstream.readLog(entries, place.agent.upstream.live);
    place.caches.entries.set("k", new Uint8Array([1]));
    return answer;
  };
  place.caches.misbehave = () =>
    place.caches.entries.size === 0 ? new Response(null, { status: 404 }) : undefined;
  await run(place, commands, { files: { "deps/file": "x" } });
  await place.agent.upstream.until(() => place.agent.upstream.savedText("upload deps") !== "");
  assert.equal(place.caches.requests.some(({ method }) => method === "PUT"), false);
});

Deno.test("a cache that was never looked for, or holds nothing, is not uploaded", async () => {
  await using place = await start();
  const { states, log } = await run(place, [
    uploadOf("other"),
    cache("deps", { folders: ["deps"] }),
    cache("empty", { folders: ["empty"], fingerprintKey: "e", populateScripts: ["mkdir empty"] }),
    uploadOf("deps"),
    uploadOf("empty"),
  ]);
  assert.ok(Object.values(states).every((state) => state === "COMPLETED"));
  assert.match(log("upload other"), /the task did not look for it/);
  assert.match(log("upload deps"), /there is nothing in its folders/);
  assert.match(log("upload empty"), /there is nothing in its folders/);
});
