import assert from "node:assert/strict";
import { CirrusCIService, CirrusWorkersService } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { AbortReason } from "../../lib/async/abort_reason.ts";
import { openChannel } from "../../lib/rpc/channel.ts";
import { createClient } from "../../lib/rpc/client.ts";
import { Code } from "../../lib/rpc/code.ts";
import { RpcError } from "../../lib/rpc/rpc_error.ts";
import { implement, RpcServer } from "../../lib/rpc/server.ts";

Deno.test("round trip", async () => {
  await using server = await RpcServer.listen({
    hostname: "127.0.0.1",
    port: 0,
    services: [
      implement(CirrusWorkersService, {
        register: (request) => Promise.resolve({ sessionToken: request.registrationToken }),
      }),
      implement(CirrusCIService, {
        async streamLogs(requests) {
          let n = 0n;
          for await (const r of requests) {
            if (r.value.case === "chunk") n += BigInt(r.value.value.data.length);
          }
          return { bytesLogged: n };
        },
      }),
    ],
  });
  using channel = await openChannel({ endpoint: server.endpoint });
  const client = createClient(CirrusWorkersService, channel);
  assert.equal((await client.register({ registrationToken: "x" })).sessionToken, "x");
  const ci = createClient(CirrusCIService, channel);
  async function* src() {
    for (let i = 0; i < 100; i++) {
      yield { value: { case: "chunk" as const, value: { data: new Uint8Array(1000) } } };
    }
  }
  assert.equal((await ci.streamLogs(src())).bytesLogged, 100000n);
  assert.equal((await ci.streamLogs(src(), { compress: true })).bytesLogged, 100000n);
  await assert.rejects(client.poll({}), (e) => e instanceof RpcError && e.code === Code.UNIMPLEMENTED);
  await assert.rejects(
    client.poll({}, { signal: AbortSignal.abort(new AbortReason("shutdown", "x")) }),
    AbortReason,
  );
});
