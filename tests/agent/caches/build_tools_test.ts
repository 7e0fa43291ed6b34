import assert from "node:assert/strict";
import { CacheServer } from "../../../lib/agent/caches/cache_server.ts";
import { UpstreamCacheStore } from "../../../lib/agent/caches/upstream_cache_store.ts";
import { Transfers } from "../../../lib/agent/transfers.ts";
import { silentLogger } from "../../../lib/logging/logger.ts";
import { openChannel } from "../../../lib/rpc/channel.ts";
import { createClient } from "../../../lib/rpc/client.ts";
import { taskMetadata } from "../../../lib/rpc/metadata.ts";
import { CirrusCIService } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { FakeCaches } from "../../fakes/upstream_caches.ts";
import { AgentUnderTest } from "../agent_under_test.ts";

/** The cache server of a task, and a connection over which a build tool's very bytes go. */
async function start() {
  await using resources = new AsyncDisposableStack();
  const agent = resources.use(await AgentUnderTest.create());
  const caches = resources.use(new FakeCaches(agent.upstream));
  const { endpoint } = agent.upstream;
  const channel = resources.use(await openChannel({ endpoint }));
  const metadata = taskMetadata({ taskId: "42", clientSecret: "client-secret-of-the-task", endpoint });
  const store = new UpstreamCacheStore({
    client: createClient(CirrusCIService, channel, { metadata }),
    transfers: resources.use(new Transfers()),
    taskIdentification: undefined,
  });
  const server = resources.use(
    await CacheServer.start({ machine: agent.machine, store, logger: silentLogger }),
  );
  const [hostname = "", port = ""] = server.address.split(":");
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const chunks = connection.readable.pipeThrough(new TextDecoderStream()).getReader();
  resources.defer(() => chunks.cancel().catch(() => {}));
  const owned = resources.move();
  let received = "";
  const receive = async (end: RegExp): Promise<string> => {
    for (;;) {
      const match = end.exec(received);
      if (match) {
        const answer = received.slice(0, match.index + match[0].length);
        received = received.slice(answer.length);
        return answer;
      }
      const { done, value } = await chunks.read();
      if (done) throw new Error(`The connection ended after ${JSON.stringify(received)}`);
      received += value;
    }
  };
  return {
    address: server.address,
    caches,
    send: async (...lines: string[]) => {
      await connection.write(new TextEncoder().encode(lines.join("\r\n")));
    },
    /** The next bytes up to and with what matches. */
    receive,
    /** The status line and the headers of the next answer. */
    head: () => receive(/\r\n\r\n/),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const DIGEST = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

Deno.test("Bazel's requests: a miss, uploads to /ac/ and /cas/, and hits, over one connection", async () => {
  await using tool = await start();
  for (const kind of ["ac", "cas"]) {
    const get = [`GET /${kind}/${DIGEST} HTTP/1.1`, "host: cache", "accept: */*", "connection: keep-alive"];
    await tool.send(...get, "", "");
    assert.match(await tool.head(), /^HTTP\/1\.1 404 /);
    await tool.receive(/no such cache entry\n/);
    await tool.send(
      `PUT /${kind}/${DIGEST} HTTP/1.1`,
      "host: cache",
      "accept: */*",
      "connection: keep-alive",
      "content-length: 6",
      "",
      `of ${kind}`.padEnd(6, "!"),
    );
    assert.match(await tool.head(), /^HTTP\/1\.1 20[014] /);
    await tool.send(...get, "", "");
    assert.match(await tool.head(), /^HTTP\/1\.1 200 [^]*content-length: 6\r\n/i);
    assert.equal(await tool.receive(/^.{6}/), `of ${kind}`.padEnd(6, "!"));
    await tool.send(`HEAD /${kind}/${DIGEST} HTTP/1.1`, "host: cache", "", "");
    assert.match(await tool.head(), /^HTTP\/1\.1 200 /);
  }
  assert.deepEqual([...tool.caches.entries.keys()], [`ac/${DIGEST}`, `cas/${DIGEST}`]);
});

const GRADLE_KEY = "/cache/1c0a4b3ecf1fd2d2fd1c6d2d4a1a5b6c";
const gradlePut = (length: number) => [
  `PUT ${GRADLE_KEY} HTTP/1.1`,
  "X-Gradle-Version: 8.10",
  "Content-Type: application/vnd.gradle.build-cache-artifact.v2",
  `Content-Length: ${length}`,
  "Host: cache",
  "Connection: Keep-Alive",
  "User-Agent: Gradle/8.10",
  "Expect: 100-continue",
  "",
  "",
];

Deno.test("Gradle's requests: it sends an entry once it is told to go on, and finds it", async () => {
  await using tool = await start();
  await tool.send(...gradlePut(7));
  assert.match(await tool.head(), /^HTTP\/1\.1 100 /);
  await tool.send("outputs");
  assert.match(await tool.head(), /^HTTP\/1\.1 20[014] /);
  const headers = { accept: "application/vnd.gradle.build-cache-artifact.v2, */*" };
  assert.equal(await (await fetch(`http://${tool.address}${GRADLE_KEY}`, { headers })).text(), "outputs");
  assert.deepEqual([...tool.caches.entries.keys()], [GRADLE_KEY.slice(1)]);
});

Deno.test("an entry that is too large for the upstream is a 413, which Gradle passes over", async () => {
  await using tool = await start();
  tool.caches.misbehave = ({ method }) => method === "PUT" ? new Response(null, { status: 413 }) : undefined;
  await tool.send(...gradlePut(7));
  assert.match(await tool.head(), /^HTTP\/1\.1 100 /);
  await tool.send("outputs");
  assert.match(await tool.head(), /^HTTP\/1\.1 413 /);
});
