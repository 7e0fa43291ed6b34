import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { AbortReason } from "../../lib/async/abort_reason.ts";
import { Code } from "../../lib/rpc/code.ts";
import type { CallContext } from "../../lib/rpc/server.ts";
import {
  CommandsResponseSchema,
  type HeartbeatRequest,
  HeartbeatRequestSchema,
  HeartbeatResponseSchema,
} from "../../proto/gen/cirrus_ci_service_pb.ts";
import { chunk, listen, Loopback, rejectsWith } from "./loopback.ts";
import { Relay } from "./relay.ts";

const MEBIBYTE = 1024 * 1024;

/** Answers only when its caller is gone, with how that was told. */
function hang(_request: unknown, { signal }: CallContext): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

Deno.test("a unary call brings the answer", async () => {
  await using server = await listen({
    register: (request) => Promise.resolve({ sessionToken: `for ${request.registrationToken}` }),
  });
  using client = await Loopback.to(server);
  const response = await client.workers.register({ registrationToken: "pool" });
  assert.equal(response.sessionToken, "for pool");
});

Deno.test("an upload brings every item in order, then the answer", async () => {
  const names: string[] = [];
  await using server = await listen({
    async streamLogs(entries) {
      for await (const { value } of entries) if (value.case === "key") names.push(value.value.commandName);
      return { bytesLogged: 3n };
    },
  });
  using client = await Loopback.to(server);
  async function* entries() {
    for (const commandName of ["a", "b", "c"]) {
      yield { value: { case: "key" as const, value: { commandName } } };
    }
  }
  assert.equal((await client.ci.streamLogs(entries())).bytesLogged, 3n);
  assert.deepEqual(names, ["a", "b", "c"]);
});

Deno.test("an upload of nothing is answered", async () => {
  await using server = await listen({
    async streamLogs(entries) {
      let count = 0n;
      for await (const _ of entries) count++;
      return { bytesLogged: count };
    },
  });
  using client = await Loopback.to(server);
  assert.equal((await client.ci.streamLogs((async function* () {})())).bytesLogged, 0n);
});

Deno.test("fields that the receiver does not know survive both ways", async () => {
  const unknown = [{ no: 1000, wireType: 0, data: new Uint8Array([42]) }];
  let received: HeartbeatRequest | undefined;
  await using server = await listen({
    heartbeat(request) {
      received = request;
      return Promise.resolve(Object.assign(create(HeartbeatResponseSchema), { $unknown: unknown }));
    },
  });
  using client = await Loopback.to(server);
  const request = Object.assign(create(HeartbeatRequestSchema), { $unknown: unknown });
  assert.deepEqual((await client.ci.heartbeat(request)).$unknown, unknown);
  assert.deepEqual(received?.$unknown, unknown);
});

Deno.test("large messages pass: 10,000 commands, a value of 1 MB, 10 MB in one item", async () => {
  const value = "a\"'\n\u{1F600}".repeat(120_000);
  const script = "echo line\n".repeat(100);
  await using server = await listen({
    initialCommands: () =>
      Promise.resolve(create(CommandsResponseSchema, {
        environment: { BIG: value },
        commands: Array.from({ length: 10_000 }, (_, index) => ({
          name: `command ${index}`,
          instruction: { case: "scriptInstruction" as const, value: { scripts: [script] } },
        })),
      })),
    async streamLogs(entries) {
      let bytes = 0n;
      for await (const { value } of entries) {
        if (value.case === "chunk") bytes += BigInt(value.value.data.length);
      }
      return { bytesLogged: bytes };
    },
  });
  using client = await Loopback.to(server);
  const response = await client.ci.initialCommands({});
  assert.equal(response.environment.BIG, value);
  assert.equal(response.commands.length, 10_000);
  async function* entries() {
    yield chunk(new Uint8Array(10 * MEBIBYTE));
  }
  assert.equal((await client.ci.streamLogs(entries())).bytesLogged, BigInt(10 * MEBIBYTE));
});

Deno.test("a call with compress sends gzip, one without does not", async () => {
  await using server = await listen({
    async streamLogs(entries) {
      let bytes = 0n;
      for await (const { value } of entries) {
        if (value.case === "chunk") bytes += BigInt(value.value.data.length);
      }
      return { bytesLogged: bytes };
    },
  });
  await using relay = await Relay.listen({ to: server.port });
  using client = await Loopback.to(relay);
  async function* entries() {
    for (let i = 0; i < 16; i++) yield chunk(new Uint8Array(65_536));
  }
  assert.equal((await client.ci.streamLogs(entries(), { compress: true })).bytesLogged, BigInt(MEBIBYTE));
  assert.ok(relay.bytesSent < 50_000, `${relay.bytesSent} bytes were sent`);
  assert.equal((await client.ci.streamLogs(entries())).bytesLogged, BigInt(MEBIBYTE));
  assert.ok(relay.bytesSent > MEBIBYTE, `${relay.bytesSent} bytes were sent`);
});

Deno.test("a unary call past its deadline fails and its handler is told", async () => {
  const told = Promise.withResolvers<unknown>();
  await using server = await listen({
    poll: (request, context) =>
      hang(request, context).catch((reason) => {
        told.resolve(reason);
        throw reason;
      }),
  });
  using client = await Loopback.to(server);
  await rejectsWith(
    client.workers.poll({}, { timeoutMs: 100 }),
    Code.DEADLINE_EXCEEDED,
    /^No answer from http:\/\/127\.0\.0\.1:\d+ within [\d.]+ s; its server hangs or is overloaded$/,
  );
  assert.ok(await told.promise instanceof AbortReason);
});

Deno.test("an aborted call rejects with the signal's reason and its handler is told", async () => {
  const began = Promise.withResolvers<void>();
  const told = Promise.withResolvers<unknown>();
  await using server = await listen({
    poll(request, context) {
      began.resolve();
      return hang(request, context).catch((reason) => {
        told.resolve(reason);
        throw reason;
      });
    },
  });
  using client = await Loopback.to(server);
  const controller = new AbortController();
  const reason = new AbortReason("shutdown", "The worker ends");
  const call = client.workers.poll({}, { signal: controller.signal });
  await began.promise;
  controller.abort(reason);
  await assert.rejects(call, reason);
  assert.ok(await told.promise instanceof AbortReason);
});

Deno.test("a call whose signal is aborted already is not made", async () => {
  let calls = 0;
  await using server = await listen({
    poll() {
      calls++;
      return Promise.resolve({});
    },
  });
  using client = await Loopback.to(server);
  const reason = new AbortReason("cancelled", "Too late");
  await assert.rejects(client.workers.poll({}, { signal: AbortSignal.abort(reason) }), reason);
  await client.workers.poll({});
  assert.equal(calls, 1);
});

Deno.test("disposing the channel ends its calls, and later ones fail at once", async () => {
  const began = Promise.withResolvers<void>();
  await using server = await listen({
    poll(request, context) {
      began.resolve();
      return hang(request, context);
    },
  });
  const client = await Loopback.to(server);
  const call = client.workers.poll({});
  await began.promise;
  client[Symbol.dispose]();
  client[Symbol.dispose]();
  await assert.rejects(call, {
    name: "AbortReason",
    kind: "finished",
    message: /^The channel to .* was closed$/,
  });
  await assert.rejects(client.workers.poll({}), { name: "AbortReason", kind: "finished" });
});

Deno.test("an upload that is answered early returns its source", async () => {
  await using server = await listen({
    async streamLogs(entries) {
      for await (const _ of entries) return { bytesLogged: 1n };
      return { bytesLogged: 0n };
    },
  });
  using client = await Loopback.to(server);
  const returned = Promise.withResolvers<void>();
  async function* endless() {
    try {
      for (;;) yield chunk(new Uint8Array(1000));
    } finally {
      returned.resolve();
    }
  }
  assert.equal((await client.ci.streamLogs(endless())).bytesLogged, 1n);
  await returned.promise;
});

Deno.test("a source that waits for its next item does not outlive its call", async () => {
  const returned = Promise.withResolvers<void>();
  const waiting = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<never>(() => {}),
      return() {
        returned.resolve();
        return Promise.resolve({ done: true as const, value: undefined });
      },
    }),
  };
  await using server = await listen({ streamLogs: () => Promise.resolve({ bytesLogged: 7n }) });
  using client = await Loopback.to(server);
  assert.equal((await client.ci.streamLogs(waiting)).bytesLogged, 7n);
  await returned.promise;
});

Deno.test("the source of an upload that is not even made is returned", async () => {
  await using server = await listen({});
  using client = await Loopback.to(server);
  const returned = Promise.withResolvers<void>();
  const source = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<never>(() => {}),
      return() {
        returned.resolve();
        return Promise.reject(new Error("The spool is gone"));
      },
    }),
  };
  const reason = new AbortReason("shutdown", "The worker ends");
  await assert.rejects(client.ci.streamLogs(source, { signal: AbortSignal.abort(reason) }), reason);
  await returned.promise;
});

Deno.test("what a source throws ends the upload and is thrown as it is", async () => {
  const began = Promise.withResolvers<void>();
  const told = Promise.withResolvers<unknown>();
  await using server = await listen({
    async streamLogs(entries) {
      try {
        for await (const _ of entries) began.resolve();
      } catch (error) {
        told.resolve(error);
      }
      return { bytesLogged: 0n };
    },
  });
  using client = await Loopback.to(server);
  const broken = new Error("The spool is gone");
  async function* entries() {
    yield chunk(new Uint8Array(1));
    await began.promise;
    throw broken;
  }
  await assert.rejects(client.ci.streamLogs(entries()), broken);
  assert.ok(await told.promise instanceof AbortReason);
});

Deno.test("an upload of a source that throws at once fails too", async () => {
  await using server = await listen({ streamLogs: hang });
  using client = await Loopback.to(server);
  const broken = new Error("Nothing to read");
  // deno-lint-ignore require-yield
  async function* entries(): AsyncGenerator<never> {
    throw broken;
  }
  await assert.rejects(client.ci.streamLogs(entries()), broken);
});

Deno.test("an upload pulls from its source only as fast as the handler takes", async () => {
  let pulled = 0;
  let taken = 0;
  let ahead = 0;
  await using server = await listen({
    async streamLogs(entries, { signal }) {
      for await (const _ of entries) {
        taken++;
        ahead = Math.max(ahead, pulled - taken);
        await delayed(signal);
      }
      return {};
    },
  });
  using client = await Loopback.to(server);
  async function* entries() {
    for (let i = 0; i < 600; i++) {
      pulled++;
      yield chunk(crypto.getRandomValues(new Uint8Array(65_536)));
    }
  }
  await client.ci.streamLogs(entries());
  assert.equal(taken, 600);
  assert.ok(ahead < 200, `${ahead} items of 64 KiB were pulled ahead`);
});

Deno.test("an upload whose handler does not read holds no other call back", async () => {
  const end = Promise.withResolvers<void>();
  await using server = await listen({
    async streamLogs() {
      await end.promise;
      return {};
    },
    heartbeat: () => Promise.resolve({}),
  });
  using client = await Loopback.to(server);
  const full = Promise.withResolvers<void>();
  let pulled = 0;
  async function* entries() {
    for (;;) {
      if (++pulled === 10) full.resolve();
      yield chunk(new Uint8Array(65_536));
    }
  }
  const upload = client.ci.streamLogs(entries());
  await full.promise;
  for (let i = 0; i < 100; i++) await client.ci.heartbeat({});
  assert.ok(pulled < 200, `${pulled} items of 64 KiB were pulled, though none was taken`);
  end.resolve();
  await upload;
});

Deno.test("metadata that gRPC cannot carry fails by name, without its value", async () => {
  await using server = await listen({ poll: () => Promise.resolve({}) });
  using client = await Loopback.to(server);
  const call = client.workers.poll({}, { metadata: { "registration-token": "s\u00fc\u00dfgeheim" } });
  await rejectsWith(
    call,
    Code.INVALID_ARGUMENT,
    /^Could not send "registration-token": its character 2 is not/,
  );
  await assert.rejects(call, (error: Error) => !error.message.includes("geheim"));
});

Deno.test("a method that the server does not have is UNIMPLEMENTED", async () => {
  await using server = await listen({ register: () => Promise.resolve({}) });
  using client = await Loopback.to(server);
  await rejectsWith(client.workers.queryRunningTasks({}), Code.UNIMPLEMENTED, /QueryRunningTasks/);
});

/** One turn of the timers. */
function delayed(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    setTimeout(resolve, 1);
  });
}
