import assert from "node:assert/strict";
import { AbortReason } from "../../lib/async/abort_reason.ts";
import { openChannel } from "../../lib/rpc/channel.ts";
import { createClient } from "../../lib/rpc/client.ts";
import { Code } from "../../lib/rpc/code.ts";
import { HostService } from "../../proto/gen/terminal_pb.ts";
import { FakeTerminalServer } from "../fakes/terminal_server.ts";
import { rejectsWith } from "./loopback.ts";

/** Requests that begin with a greeting and then wait; `returned` resolves when nobody wants more of them. */
function greeting() {
  const returned = Promise.withResolvers<void>();
  const requests = async function* () {
    try {
      yield { operation: { case: "hello", value: { trustedSecret: "s" } } } as const;
      await returned.promise;
    } finally {
      returned.resolve();
    }
  };
  return { requests: requests(), returned };
}

async function start() {
  const server = await FakeTerminalServer.start();
  const channel = await openChannel({ endpoint: server.endpoint });
  return {
    server,
    client: createClient(HostService, channel),
    async [Symbol.asyncDispose]() {
      channel[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("answers come while requests are still to come, and the server ends the exchange", async () => {
  await using it = await start();
  const { requests } = greeting();
  const seen: string[] = [];
  for await (const { operation } of it.client.controlChannel(requests)) {
    seen.push(operation.case ?? "");
    it.server.drop();
  }
  assert.deepEqual(seen, ["hello"]);
  assert.deepEqual(it.server.secrets, ["s"]);
});

Deno.test("an exchange that the server refuses rejects with its status", async () => {
  await using it = await start();
  it.server.refusals = 1;
  const { requests } = greeting();
  await rejectsWith(
    Array.fromAsync(it.client.controlChannel(requests)),
    Code.UNAVAILABLE,
    /as the test asked/,
  );
});

Deno.test("an exchange that is cancelled rejects with the reason", async () => {
  await using it = await start();
  const stop = new AbortController();
  const { requests } = greeting();
  const reason = new AbortReason("cancelled", "stop");
  await assert.rejects(async () => {
    for await (const _ of it.client.controlChannel(requests, { signal: stop.signal })) stop.abort(reason);
  }, reason);
});

Deno.test("what the requests throw ends the exchange and is thrown as it is", async () => {
  await using it = await start();
  const problem = new Error("no more");
  const requests = async function* () {
    yield { operation: { case: "hello", value: { trustedSecret: "s" } } } as const;
    throw problem;
  };
  await assert.rejects(Array.fromAsync(it.client.controlChannel(requests())), problem);
});
