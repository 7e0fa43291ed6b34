import assert from "node:assert/strict";
import { createClient } from "../../lib/rpc/client.ts";
import { type Channel, openChannel } from "../../lib/rpc/channel.ts";
import type { Code } from "../../lib/rpc/code.ts";
import { RpcError } from "../../lib/rpc/rpc_error.ts";
import { type Handlers, implement, RpcServer } from "../../lib/rpc/server.ts";
import { CirrusCIService, CirrusWorkersService } from "../../proto/gen/cirrus_ci_service_pb.ts";

/** A server on a free loopback port that answers both services with the handlers given. */
export function listen(
  handlers: Partial<Handlers<typeof CirrusCIService>> & Partial<Handlers<typeof CirrusWorkersService>>,
): Promise<RpcServer> {
  return RpcServer.listen({
    hostname: "127.0.0.1",
    port: 0,
    services: [implement(CirrusCIService, handlers), implement(CirrusWorkersService, handlers)],
  });
}

/** A channel to a server and clients of both services on it. */
export class Loopback implements Disposable {
  readonly ci;
  readonly workers;

  private constructor(readonly channel: Channel) {
    this.ci = createClient(CirrusCIService, channel);
    this.workers = createClient(CirrusWorkersService, channel);
  }

  static async to(server: { readonly endpoint: string }): Promise<Loopback> {
    return new Loopback(await openChannel({ endpoint: server.endpoint }));
  }

  [Symbol.dispose](): void {
    this.channel[Symbol.dispose]();
  }
}

/** Passes when a call fails with this code, and a text that matches. */
export async function rejectsWith(call: Promise<unknown>, code: Code, details: RegExp): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof RpcError, `Not an RpcError: ${error}`);
    assert.equal(error.code, code, error.message);
    assert.match(error.details, details);
    return true;
  });
}

/** A log entry that carries bytes. */
export function chunk(data: Uint8Array) {
  return { value: { case: "chunk" as const, value: { data } } };
}
