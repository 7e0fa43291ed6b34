import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { FakeCaches } from "../../fakes/upstream_caches.ts";
import { requireEngine } from "../../helpers/require_engine.ts";
import { AgentUnderTest, script } from "../agent_under_test.ts";

/** Runs a script that talks to the cache server of its task. */
async function run(agent: AgentUnderTest, lines: string[], environment: Record<string, string> = {}) {
  agent.upstream.commands = { environment, commands: [script("tool", ["set +o verbose", ...lines])] };
  await agent.run();
  return { state: agent.upstream.states["tool"], log: agent.upstream.savedText("tool") };
}

Deno.test("programs of a task store and find entries over HTTP, under keys of several segments", async () => {
  await using agent = await AgentUnderTest.create();
  await using caches = new FakeCaches(agent.upstream);
  const { state, log } = await run(agent, [
    'test "$CIRRUS_HTTP_CACHE_HOST" = "$OMNI_CACHE_ADDRESS"',
    'url="http://$CIRRUS_HTTP_CACHE_HOST/ac/0a%201b"',
    `code="curl -s -o body -w %{http_code}\\n"`,
    "$code $url",
    "$code -I $url",
    "printf content > file",
    "$code -T file $url",
    "$code $url && cat body && echo",
    "curl -sI $url | grep -i content-length",
    "$code -X POST --data-binary posted $url",
    "$code $url && cat body && echo",
    "$code -X DELETE $url",
    "$code -X DELETE $url",
    "$code $url",
    "$code -X PATCH $url",
    "$code http://$CIRRUS_HTTP_CACHE_HOST/",
  ]);
  assert.equal(state, "COMPLETED");
  assert.deepEqual(log.split(/\s*\n/).slice(1, -1), [
    ..."404 404 201 200 content".split(" "),
    "content-length: 7",
    ..."201 200 posted 204 204 404 405 400".split(" "),
  ]);
  assert.ok(caches.requests.some(({ path }) => path === "/store/ac%2F0a%201b"));
});

Deno.test("an entry of unknown length goes in parts, each held to its ETag", async () => {
  await using agent = await AgentUnderTest.create();
  await using caches = new FakeCaches(agent.upstream);
  const size = 40 * 1024 * 1024;
  const { state } = await run(agent, [
    `head -c ${size} /dev/urandom > file`,
    'curl -sf -H "Transfer-Encoding: chunked" -T file http://$CIRRUS_HTTP_CACHE_HOST/big',
    'curl -sf -H "Transfer-Encoding: chunked" -T - http://$CIRRUS_HTTP_CACHE_HOST/small <<< "few"',
    "curl -sf http://$CIRRUS_HTTP_CACHE_HOST/big | cmp - file",
    "sha256sum < file > sum",
  ]);
  assert.equal(state, "COMPLETED");
  const sum = createHash("sha256").update(caches.entries.get("big") ?? "").digest("hex");
  assert.ok((await Deno.readTextFile(`${agent.workingDirectory}/sum`)).startsWith(sum));
  assert.equal(caches.requests.filter(({ path }) => path.startsWith("/parts/")).length, 3);
  assert.equal(new TextDecoder().decode(caches.entries.get("small")), "few\n");
});

Deno.test("trouble of the upstream is a 502 without its address", async () => {
  await using agent = await AgentUnderTest.create();
  await using caches = new FakeCaches(agent.upstream);
  caches.misbehave = () => new Response(null, { status: 500 });
  const { log } = await run(agent, ["curl -s -w '%{http_code}' http://$CIRRUS_HTTP_CACHE_HOST/key"]);
  assert.match(log, /502/);
  assert.ok(!log.includes("secret-of-the-url"));
});

for (const whose of ["task", "machine"] as const) {
  Deno.test(`a cache host that the ${whose} names is kept, and the caches go there`, async () => {
    const entries = new Map<string, Uint8Array<ArrayBuffer>>();
    const own = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const path = new URL(request.url).pathname;
      if (request.method === "POST") {
        entries.set(path, await request.bytes());
        return new Response();
      }
      const entry = entries.get(path);
      return new Response(request.method === "HEAD" ? null : entry, { status: entry ? 200 : 404 });
    });
    const host = `127.0.0.1:${own.addr.port}`;
    const variables = { CIRRUS_HTTP_CACHE_HOST: host };
    await using agent = await AgentUnderTest.create(whose === "machine" ? { variables } : {});
    await using caches = new FakeCaches(agent.upstream);
    agent.upstream.commands = {
      environment: whose === "task" ? variables : {},
      commands: [
        {
          name: "deps",
          instruction: {
            case: "cacheInstruction",
            value: {
              folders: ["deps"],
              fingerprintKey: "a/b",
              populateScripts: ["mkdir -p deps", "touch deps/f"],
            },
          },
        },
        script("show", "echo at $CIRRUS_HTTP_CACHE_HOST"),
        { name: "upload", instruction: { case: "uploadCacheInstruction", value: { cacheName: "deps" } } },
      ],
    };
    await agent.run();
    await agent.run();
    await own.shutdown();
    assert.match(agent.upstream.savedText("deps"), /Cache hit/);
    assert.match(agent.upstream.savedText("show"), new RegExp(`^at ${host}$`, "m"));
    assert.deepEqual([...entries.keys()], ["/a%2Fb"]);
    assert.deepEqual(caches.requests, []);
  });
}

Deno.test({
  name: "ccache stores and finds objects by its HTTP storage",
  ...requireEngine("ccache"),
  async fn() {
    await using agent = await AgentUnderTest.create();
    await using caches = new FakeCaches(agent.upstream);
    const { state, log } = await run(agent, [
      "export CCACHE_REMOTE_STORAGE=http://$CIRRUS_HTTP_CACHE_HOST CCACHE_SECONDARY_STORAGE=http://$CIRRUS_HTTP_CACHE_HOST",
      "echo 'int main(void) { return 0; }' > main.c",
      "CCACHE_DIR=$PWD/one ccache cc -c main.c -o one.o",
      "CCACHE_DIR=$PWD/two ccache cc -c main.c -o two.o",
      "cmp one.o two.o",
      "CCACHE_DIR=$PWD/two ccache --show-stats -vv",
    ]);
    assert.equal(state, "COMPLETED", log);
    assert.ok(caches.entries.size > 0);
    assert.ok(caches.requests.some(({ method }) => method === "GET"));
    assert.match(log, /(Remote|Secondary) storage[^]*Hits: +[1-9]/i);
  },
});
