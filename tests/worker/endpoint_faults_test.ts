import assert from "node:assert/strict";
import { join } from "node:path";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { TaskUpstream } from "./task_upstream.ts";
import { TestedWorker } from "./tested_worker.ts";

const TOKEN = "registration-token-of-the-pool";

/** A TCP server of the loopback that does with each connection what a test wants. */
function listen(serve: (connection: Deno.TcpConn) => Promise<void>): Disposable & { endpoint: string } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections = new Set<Deno.TcpConn>();
  (async () => {
    for await (const connection of listener) {
      connections.add(connection);
      serve(connection).catch(() => {});
    }
  })();
  return {
    endpoint: `http://127.0.0.1:${listener.addr.port}`,
    [Symbol.dispose]() {
      listener.close();
      for (const connection of connections) {
        try {
          connection.close();
        } catch {
          // It is closed already.
        }
      }
    },
  };
}

/** Speaks HTTP/1.1, as a web server behind a wrong port does. */
async function answerAsWebServer(connection: Deno.TcpConn): Promise<void> {
  await connection.read(new Uint8Array(1024));
  await connection.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"));
  connection.close();
}

Deno.test("an endpoint that refuses is named in the log with what to do, and does not keep the worker", async () => {
  const { endpoint } = (() => {
    using server = listen(() => Promise.resolve());
    return server;
  })();
  await using worker = await TestedWorker.start([{ endpoint, token: TOKEN }]);
  const line = await worker.log.line(/error could not register with the upstream/);
  assert.ok(line.includes(endpoint));
  assert.match(line, /check the endpoint/);
  assert.match(line, /next try in/);
  worker.drain();
  await worker.over;
});

Deno.test("an endpoint that speaks no gRPC is named in the log with what to do", async () => {
  using server = listen(answerAsWebServer);
  await using worker = await TestedWorker.start([{ endpoint: server.endpoint, token: TOKEN }]);
  const line = await worker.log.line(/error could not register with the upstream/);
  assert.ok(line.includes(server.endpoint));
  assert.match(line, /check/);
});

Deno.test("an endpoint that accepts and says nothing does not keep the worker from its end", async () => {
  const { promise: connected, resolve } = Promise.withResolvers<void>();
  using server = listen(() => Promise.resolve(resolve()));
  await using worker = await TestedWorker.start([{ endpoint: server.endpoint, token: TOKEN }]);
  await connected;
  worker.drain();
  await worker.over;
});

Deno.test("a wrong token is told from the token of another pool, and never shown", async () => {
  await using upstream = await TaskUpstream.start();
  await using worker = await TestedWorker.start([{ endpoint: upstream.endpoint, token: "not-the-token" }]);
  const line = await worker.log.line(/error could not register/);
  assert.match(
    line,
    /PERMISSION_DENIED.*; check that the registration token is the one of this upstream's pool/,
  );
  assert.doesNotMatch(line, /not-the-token/);
  worker.drain();
  await worker.over;
});

for (
  const { what, upstream, message } of [
    { what: "an endpoint that is none", upstream: { endpoint: "ftp://ci:1" }, message: /ftp:\/\/ci:1/ },
    {
      what: "a file of certificate authorities that is not there",
      upstream: { endpoint: "https://127.0.0.1:1", caFile: "/nowhere/ca.pem" },
      message: /\/nowhere\/ca\.pem/,
    },
  ]
) {
  Deno.test(`${what} stops the start`, async () => {
    await using worker = await TestedWorker.start([{ token: TOKEN, ...upstream }]);
    await assert.rejects(worker.over, message);
    assert.deepEqual([...Deno.readDirSync(worker.stateDirectory)], []);
  });
}

Deno.test("a state directory of no use stops the start", async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, "file");
  await Deno.writeTextFile(file, "");
  await using worker = await TestedWorker.start([{ endpoint: "http://127.0.0.1:1", token: TOKEN }], {
    stateDirectory: file,
  });
  await assert.rejects(worker.over, /Could not use the state directory .*--state-dir/);
});

Deno.test("an upstream that is down keeps another one's tasks from nothing", async () => {
  using mute = listen(() => Promise.resolve());
  await using good = await TaskUpstream.start();
  good.script("true");
  await using worker = await TestedWorker.start([{ endpoint: mute.endpoint, token: TOKEN }, good]);
  good.assign("1");
  await good.workers.next("taskStopped");
  assert.deepEqual(good.ci.states, { main: "COMPLETED" });
  worker.drain();
  good.workers.give({});
  await worker.over;
});
