import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import net from "node:net";
import { join } from "node:path";
import { openChannel } from "../../lib/rpc/channel.ts";
import { createClient } from "../../lib/rpc/client.ts";
import { Code } from "../../lib/rpc/code.ts";
import { grpc } from "../../lib/rpc/grpc.ts";
import { RpcServer } from "../../lib/rpc/server.ts";
import { CirrusWorkersService } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { environment } from "./environment.ts";
import { listen, Loopback, rejectsWith } from "./loopback.ts";
import { Relay } from "./relay.ts";

/** The failure of a first call to an endpoint. */
async function callTo(endpoint: string): Promise<unknown> {
  using channel = await openChannel({ endpoint, connectTimeoutMs: 200 });
  return await createClient(CirrusWorkersService, channel).register({});
}

/** A server that is none of gRPC's, on a loopback port, until it is disposed. */
async function stranger(server: net.Server): Promise<{ hostAndPort: string } & AsyncDisposable> {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket: net.Socket) => {
    socket.on("error", () => {});
    sockets.add(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return {
    hostAndPort: `127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

Deno.test("an endpoint where nothing listens fails at once and says which", async () => {
  await rejectsWith(
    callTo("http://127.0.0.1:1"),
    Code.UNAVAILABLE,
    /^Could not reach http:\/\/127\.0\.0\.1:1: nothing listens there; check the endpoint/,
  );
});

Deno.test("a host name that does not exist says so", async () => {
  await rejectsWith(
    callTo("https://nowhere.invalid:443"),
    Code.UNAVAILABLE,
    /its host name is not known here/,
  );
});

for (const scheme of ["http", "https"]) {
  Deno.test(`an endpoint of ${scheme} that takes connections and hangs fails within the bound`, async () => {
    await using mute = await stranger(net.createServer());
    await rejectsWith(
      callTo(`${scheme}://${mute.hostAndPort}`),
      Code.UNAVAILABLE,
      /it takes connections and says nothing; .*\(no answer within 0\.2 s\)$/,
    );
  });

  Deno.test(`an endpoint of ${scheme} that hangs up says what that may mean`, async () => {
    await using rude = await stranger(net.createServer((socket) => socket.destroy()));
    await rejectsWith(
      callTo(`${scheme}://${rude.hostAndPort}`),
      Code.UNAVAILABLE,
      /what listens there hung up/,
    );
  });
}

Deno.test("an endpoint that answers HTTP/1 says that it speaks no gRPC", async () => {
  await using web = await stranger(http.createServer((_request, response) => response.end("hello")));
  await rejectsWith(callTo(`http://${web.hostAndPort}`), Code.UNAVAILABLE, /speaks no gRPC this way/);
});

Deno.test("an endpoint that answers garbage says that it speaks no gRPC", async () => {
  const garbage = Uint8Array.from({ length: 1000 }, (_, index) => (index * 7 + 13) % 256);
  await using noise = await stranger(net.createServer((socket) => socket.write(garbage)));
  await rejectsWith(callTo(`http://${noise.hostAndPort}`), Code.UNAVAILABLE, /speaks no gRPC this way/);
});

Deno.test("an endpoint of HTTP/2 that knows no gRPC says its status", async () => {
  await using web = await stranger(http2.createServer((_request, response) => {
    response.statusCode = 404;
    response.end();
  }));
  await rejectsWith(
    callTo(`http://${web.hostAndPort}`),
    Code.UNIMPLEMENTED,
    /answers with HTTP status 404 instead of gRPC; check host and port/,
  );
});

Deno.test("an endpoint of HTTP/2 that serves web pages says that it speaks no gRPC", async () => {
  await using web = await stranger(
    http2.createServer((_request, response) => response.end("<html>hello</html>")),
  );
  await rejectsWith(
    callTo(`http://${web.hostAndPort}`),
    Code.RESOURCE_EXHAUSTED,
    /answers with something else than gRPC/,
  );
});

Deno.test("disposing a channel lets go of a server that hangs", async () => {
  const left = Promise.withResolvers<void>();
  const came = Promise.withResolvers<void>();
  await using mute = await stranger(net.createServer((socket) => {
    socket.resume();
    socket.once("close", () => left.resolve());
    came.resolve();
  }));
  const channel = await openChannel({ endpoint: `https://${mute.hostAndPort}` });
  const call = createClient(CirrusWorkersService, channel).register({});
  await came.promise;
  channel[Symbol.dispose]();
  await assert.rejects(call, { name: "AbortReason" });
  await left.promise;
});

Deno.test("a connection outlives the bound on connecting", async () => {
  const end = Promise.withResolvers<void>();
  await using server = await listen({
    async poll() {
      await end.promise;
      return {};
    },
  });
  using channel = await openChannel({ endpoint: server.endpoint, connectTimeoutMs: 50 });
  const call = createClient(CirrusWorkersService, channel).poll({});
  setTimeout(() => end.resolve(), 200);
  await call;
});

Deno.test("a unix socket is an endpoint", async () => {
  await using directory = await temporaryDirectory();
  const socket = join(directory.path, "upstream.sock");
  const server = new grpc.Server();
  const bound = Promise.withResolvers<void>();
  server.bindAsync(`unix:${socket}`, grpc.ServerCredentials.createInsecure(), () => bound.resolve());
  await bound.promise;
  await rejectsWith(callTo(`unix:${socket}`), Code.UNIMPLEMENTED, /Register/);
  await rejectsWith(callTo(`unix://${socket}`), Code.UNIMPLEMENTED, /Register/);
  server.forceShutdown();
  await rejectsWith(callTo(`unix:${socket}`), Code.UNAVAILABLE, /there is no such socket/);
});

Deno.test("a call during a lost connection fails, the next one connects again", async () => {
  const began = Promise.withResolvers<void>();
  await using server = await listen({
    poll(_request, { signal }) {
      began.resolve();
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
    register: () => Promise.resolve({ sessionToken: "again" }),
  });
  await using relay = await Relay.listen({ to: server.port });
  using client = await Loopback.to(relay);
  const lost = client.workers.poll({});
  await began.promise;
  relay.cut();
  await assert.rejects(lost, {
    name: "RpcError",
    message: new RegExp(`The connection to ${relay.endpoint} broke`),
  });
  assert.equal((await client.workers.register({}, { waitForReady: true })).sessionToken, "again");
});

Deno.test("a call to a server that is lost without a word fails by keepalive", async () => {
  const began = Promise.withResolvers<void>();
  await using server = await listen({
    poll(_request, { signal }) {
      began.resolve();
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  });
  await using relay = await Relay.listen({ to: server.port });
  using channel = await openChannel({ endpoint: relay.endpoint, keepaliveMs: 150 });
  const call = createClient(CirrusWorkersService, channel).poll({});
  await began.promise;
  relay.freeze();
  await rejectsWith(call, Code.UNAVAILABLE, /^The connection to .* broke, .*Connection dropped$/);
});

Deno.test("keepalive leaves a call alone that its server is busy with", async () => {
  const end = Promise.withResolvers<void>();
  await using server = await listen({
    async poll() {
      await end.promise;
      return {};
    },
  });
  using channel = await openChannel({ endpoint: server.endpoint, keepaliveMs: 30 });
  const call = createClient(CirrusWorkersService, channel).poll({});
  setTimeout(() => end.resolve(), 200);
  await call;
});

Deno.test("a call that waits for a server that restarts reaches it", async () => {
  const first = await listen({ register: () => Promise.resolve({ sessionToken: "first" }) });
  using client = await Loopback.to(first);
  assert.equal((await client.workers.register({})).sessionToken, "first");
  await first.close();
  await rejectsWith(client.workers.register({}), Code.UNAVAILABLE, /nothing listens there/);
  const waiting = client.workers.register({}, { waitForReady: true });
  await using _second = await RpcServer.listen({ hostname: "127.0.0.1", port: first.port, services: [] });
  await rejectsWith(waiting, Code.UNIMPLEMENTED, /Register/);
});

Deno.test("a proxy in the environment is not used for the loopback", async () => {
  await using server = await listen({ register: () => Promise.resolve({}) });
  using _variable = environment("http_proxy", "http://127.0.0.1:1");
  await callTo(server.endpoint);
});

Deno.test("a bad endpoint is refused before anything connects", async () => {
  await assert.rejects(
    openChannel({ endpoint: "ftp://host:1" }),
    /^Error: Invalid endpoint "ftp:\/\/host:1": /,
  );
});
