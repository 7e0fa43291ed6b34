import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { AbortReason } from "../../lib/async/abort_reason.ts";
import { type LogFields, type Logger, silentLogger } from "../../lib/logging/logger.ts";
import { Code } from "../../lib/rpc/code.ts";
import { RpcError } from "../../lib/rpc/rpc_error.ts";
import { type CallContext, implement, RpcServer } from "../../lib/rpc/server.ts";
import { CirrusCIService, CirrusWorkersService } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { chunk, listen, Loopback, rejectsWith } from "./loopback.ts";
import { Relay } from "./relay.ts";

Deno.test("a handler sees the metadata and the address of its caller", async () => {
  let seen: CallContext | undefined;
  await using server = await listen({
    poll(_request, context) {
      seen = context;
      return Promise.resolve({});
    },
  });
  using client = await Loopback.to(server);
  await client.workers.poll({}, { metadata: { "worker-name": "one", "Session-Token": "two" } });
  assert.equal(seen?.metadata.get("worker-name"), "one");
  assert.equal(seen?.metadata.get("session-token"), "two");
  assert.match(seen?.peer ?? "", /^127\.0\.0\.1:\d+$/);
});

Deno.test("an RpcError of a handler chooses the status, whatever its text", async () => {
  const details = 'No worker "Bücher 100%\n\u{1F600}"; register first';
  await using server = await listen({
    poll() {
      throw new RpcError(Code.NOT_FOUND, details);
    },
    register: () => Promise.reject(new RpcError(Code.PERMISSION_DENIED, "half a pair: \ud83d")),
    updateStatus: () => Promise.reject(new RpcError(Code.ABORTED, "x".repeat(1_000_000))),
  });
  using client = await Loopback.to(server);
  await assert.rejects(client.workers.poll({}), { code: Code.NOT_FOUND, details });
  await rejectsWith(client.workers.register({}), Code.PERMISSION_DENIED, /^half a pair: \ufffd$/);
  await rejectsWith(client.workers.updateStatus({}), Code.ABORTED, /^x{2000}$/);
});

Deno.test("any other error is INTERNAL, told to the log and not to the caller", async () => {
  const lines: Array<[string, LogFields | undefined]> = [];
  const logger: Logger = { ...silentLogger, error: (message, fields) => lines.push([message, fields]) };
  await using server = await RpcServer.listen({
    hostname: "127.0.0.1",
    port: 0,
    services: [
      implement(CirrusWorkersService, { poll: () => Promise.reject(new Error("db password is hunter2")) }),
    ],
    logger,
  });
  using client = await Loopback.to(server);
  await rejectsWith(
    client.workers.poll({}),
    Code.INTERNAL,
    /^Internal error; the log of the server says more$/,
  );
  assert.equal(lines.length, 1);
  assert.equal(lines[0]?.[0], "Handler of Poll failed");
  assert.match(String(lines[0]?.[1]?.error), /hunter2[\s\S]*server_test\.ts/);
});

Deno.test("a handler's signal aborts when its caller is lost, and not after its answer", async () => {
  const began = Promise.withResolvers<void>();
  const told = Promise.withResolvers<unknown>();
  const signals: AbortSignal[] = [];
  await using server = await listen({
    poll(_request, { signal }) {
      began.resolve();
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          told.resolve(signal.reason);
          reject(signal.reason);
        });
      });
    },
    register(_request, { signal }) {
      signals.push(signal);
      return Promise.resolve({});
    },
  });
  await using relay = await Relay.listen({ to: server.port });
  using client = await Loopback.to(relay);
  await client.workers.register({});
  const lost = client.workers.poll({});
  await began.promise;
  relay.cut();
  await assert.rejects(lost, RpcError);
  const reason = await told.promise;
  assert.ok(reason instanceof AbortReason);
  assert.equal(reason.kind, "cancelled");
  assert.deepEqual(signals.map((signal) => signal.aborted), [false]);
});

Deno.test("an upload that is cut off never looks complete to its handler", async () => {
  const ends: unknown[] = [];
  let began = Promise.withResolvers<void>();
  let over = Promise.withResolvers<void>();
  await using server = await listen({
    async streamLogs(entries) {
      try {
        for await (const _ of entries) began.resolve();
        ends.push("complete");
      } catch (error) {
        ends.push(error);
      } finally {
        over.resolve();
      }
      return {};
    },
  });
  for (let round = 0; round < 20; round++) {
    await using relay = await Relay.listen({ to: server.port });
    using client = await Loopback.to(relay);
    began = Promise.withResolvers();
    over = Promise.withResolvers();
    const upload = client.ci.streamLogs(endless());
    await began.promise;
    relay.cut();
    await assert.rejects(upload, RpcError);
    await over.promise;
  }
  assert.equal(ends.length, 20);
  assert.ok(ends.every((end) => end instanceof AbortReason), ends.join("\n"));
});

Deno.test("a request over the bound is refused, compressed or not", async () => {
  await using server = await RpcServer.listen({
    hostname: "127.0.0.1",
    port: 0,
    maxMessageBytes: 10_000,
    services: [implement(CirrusWorkersService, { register: () => Promise.resolve({}) })],
  });
  using client = await Loopback.to(server);
  await client.workers.register({ registrationToken: "x".repeat(9_000) });
  for (const compress of [false, true]) {
    await rejectsWith(
      client.workers.register({ registrationToken: "x".repeat(11_000) }, { compress }),
      Code.RESOURCE_EXHAUSTED,
      /larger than/,
    );
  }
});

Deno.test("a port in use, one not allowed and an address elsewhere each say what to do", async () => {
  await using server = await listen({});
  const elsewhere = (hostname: string, port: number) => RpcServer.listen({ hostname, port, services: [] });
  await assert.rejects(elsewhere("127.0.0.1", server.port), {
    message:
      `Could not listen on 127.0.0.1:${server.port}: the port is in use; choose another or end what uses it`,
  });
  await assert.rejects(elsewhere("192.0.2.1", 0), {
    message: "Could not listen on 192.0.2.1:0: this machine has no such address; choose one it has",
  });
  await assert.rejects(
    elsewhere("127.0.0.1", 65_536),
    /^Error: Could not listen on 127\.0\.0\.1:65536: .*port/,
  );
  await assert.rejects(elsewhere("nowhere.invalid", 0), /^Error: Could not listen on nowhere\.invalid:0: /);
});

Deno.test("a server on IPv6 says its endpoint in brackets", async () => {
  await using server = await RpcServer.listen({ hostname: "::1", port: 0, services: [] });
  assert.equal(server.endpoint, `http://[::1]:${server.port}`);
  using client = await Loopback.to(server);
  await rejectsWith(client.workers.poll({}), Code.UNIMPLEMENTED, /Poll/);
});

Deno.test("bytes that are no HTTP/2 end their own connection only", async () => {
  await using server = await listen({ register: () => Promise.resolve({}) });
  using client = await Loopback.to(server);
  await client.workers.register({});
  const greetings = [
    "GET / HTTP/1.1\r\n\r\n",
    "\0".repeat(1000),
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\xff".repeat(500),
    "",
  ];
  for (const greeting of greetings) {
    const socket = net.connect(server.port, "127.0.0.1");
    socket.on("error", () => {});
    await once(socket, "connect");
    if (greeting === "") socket.destroy();
    else socket.end(greeting, "latin1");
    socket.resume();
    await once(socket, "close");
    await client.workers.register({});
  }
});

Deno.test("closing lets calls in flight end and refuses new ones", async () => {
  const began = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const server = await listen({
    async poll() {
      began.resolve();
      await end.promise;
      return { pollIntervalInSeconds: 7 };
    },
  });
  using client = await Loopback.to(server);
  const inFlight = client.workers.poll({});
  await began.promise;
  const closed = server.close();
  using late = await Loopback.to(server);
  await rejectsWith(late.workers.poll({}), Code.UNAVAILABLE, /nothing listens there/);
  end.resolve();
  assert.equal((await inFlight).pollIntervalInSeconds, 7);
  await closed;
  await server.close();
});

Deno.test("closing cuts calls off after the grace and waits for their handlers", async () => {
  const began = Promise.withResolvers<void>();
  let ended = false;
  const server = await listen({
    async poll(_request, { signal }) {
      began.resolve();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      await Promise.resolve();
      ended = true;
      return {};
    },
  });
  using client = await Loopback.to(server);
  const cut = assert.rejects(client.workers.poll({}), RpcError);
  await began.promise;
  await server.close({ graceMs: 0 });
  assert.ok(ended);
  await cut;
});

Deno.test("closing breaks a connection that never speaks nor listens after the grace", async () => {
  const server = await listen({});
  const socket = net.connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  const closed = once(socket, "close");
  await server.close({ graceMs: 100 });
  socket.resume();
  await closed;
});

Deno.test("closing says so when a handler does not heed its signal", async () => {
  const began = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const server = await listen({
    async poll() {
      began.resolve();
      await end.promise;
      return {};
    },
  });
  using client = await Loopback.to(server);
  const cut = assert.rejects(client.workers.poll({}), RpcError);
  await began.promise;
  await assert.rejects(server.close({ graceMs: 0 }), {
    name: "AbortReason",
    message: /^Gave up on closing the server/,
  });
  end.resolve();
  await cut;
});

Deno.test("one server answers several services", async () => {
  await using server = await RpcServer.listen({
    hostname: "127.0.0.1",
    port: 0,
    services: [
      implement(CirrusCIService, { heartbeat: () => Promise.resolve({}) }),
      implement(CirrusWorkersService, { register: () => Promise.resolve({ sessionToken: "s" }) }),
    ],
  });
  using client = await Loopback.to(server);
  await client.ci.heartbeat({});
  assert.equal((await client.workers.register({})).sessionToken, "s");
});

async function* endless() {
  for (;;) yield chunk(new Uint8Array(10_000));
}
