import assert from "node:assert/strict";
import { openChannel } from "../../lib/rpc/channel.ts";
import { createClient } from "../../lib/rpc/client.ts";
import { Code } from "../../lib/rpc/code.ts";
import { CirrusCIService, CirrusWorkersService } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { listen, rejectsWith } from "./loopback.ts";

Deno.test("a client has every method of its service", async () => {
  using channel = await openChannel({ endpoint: "http://127.0.0.1:1" });
  for (const service of [CirrusCIService, CirrusWorkersService]) {
    const names = service.methods.map(({ localName }) => localName);
    assert.deepEqual(Object.keys(createClient(service, channel)), names);
  }
});

Deno.test("a call's metadata goes over the client's, key by key", async () => {
  let seen: ReadonlyMap<string, string> = new Map();
  await using server = await listen({
    poll(_request, { metadata }) {
      seen = metadata;
      return Promise.resolve({});
    },
  });
  using channel = await openChannel({ endpoint: server.endpoint });
  const client = createClient(CirrusWorkersService, channel, {
    metadata: { "registration-token": "pool", "session-token": "old" },
  });
  await client.poll({}, { metadata: { "session-token": "new", "worker-name": "mac-1" } });
  assert.deepEqual(
    ["registration-token", "session-token", "worker-name"].map((key) => seen.get(key)),
    ["pool", "new", "mac-1"],
  );
});

Deno.test("a client's other options hold for the calls that give none of their own", async () => {
  const end = Promise.withResolvers<void>();
  await using server = await listen({
    async poll() {
      await end.promise;
      return {};
    },
  });
  using channel = await openChannel({ endpoint: server.endpoint });
  const client = createClient(CirrusWorkersService, channel, { timeoutMs: 50 });
  const patient = client.poll({}, { timeoutMs: 60_000 });
  await rejectsWith(client.poll({}), Code.DEADLINE_EXCEEDED, /within [\d.]+ s/);
  end.resolve();
  await patient;
});
