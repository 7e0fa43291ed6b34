/**
 * Restarts a server gracefully again and again under load, with forced garbage collection, and lets callers
 * connect while it shuts down. A process of its own, as what it looks for kills or freezes a process.
 * Argument: how long at least, in seconds; a slow machine goes on until there was enough of everything. Needs --expose-gc.
 */
import { Backoff } from "../../../lib/async/backoff.ts";
import { retryCall } from "../../../lib/rpc/retry.ts";
import { RpcError } from "../../../lib/rpc/rpc_error.ts";
import { implement, RpcServer } from "../../../lib/rpc/server.ts";
import { CirrusCIService } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { chunk, Loopback } from "../loopback.ts";
import { type Progress, reporting } from "./progress.ts";

declare const gc: () => void;

const CALLERS = 8;
const LATECOMERS = 4;
/** Callers renew their connection after so many rounds: servers have crashed on that, too. */
const ROUNDS_PER_CONNECTION = 200;

await reporting((progress) => soak(Number(Deno.args[0]), progress));

async function soak(seconds: number, progress: Progress): Promise<void> {
  const time = AbortSignal.timeout(seconds * 1000);
  const isOver = () =>
    time.aborted && progress.calls > 100 && progress.restarts > 2 && progress.latecomers > 10;
  let server = await listen(0);
  const target = { endpoint: server.endpoint };
  const persist = <T>(call: () => Promise<T>) =>
    retryCall(call, {
      signal: new AbortController().signal,
      backoff: new Backoff({ initialMs: 5, maxMs: 50 }),
      onRetry: () => progress.retries++,
    });

  const caller = async () => {
    while (!isOver()) {
      using client = await Loopback.to(target);
      for (let i = 0; i < ROUNDS_PER_CONNECTION && !isOver(); i++) {
        await persist(() => client.ci.heartbeat({}, { timeoutMs: 60_000 }));
        await persist(() => client.ci.streamLogs(entries(), { timeoutMs: 60_000, compress: i % 8 === 0 }));
        progress.calls += 2;
      }
    }
  };
  const latecomer = async () => {
    using client = await Loopback.to(target);
    await client.ci.heartbeat({}, { timeoutMs: 60_000 }).catch((error) => {
      if (!(error instanceof RpcError)) throw error;
    });
    progress.latecomers++;
  };
  const restarter = async () => {
    while (!isOver()) {
      using idle = await Loopback.to(target);
      for (let i = 0; i < 50; i++) await idle.ci.heartbeat({}, { timeoutMs: 60_000 });
      gc();
      const late = Array.from({ length: LATECOMERS }, latecomer);
      const closed = server.close({ graceMs: 500 });
      late.push(...Array.from({ length: LATECOMERS }, latecomer));
      await closed;
      server = await listen(server.port);
      await Promise.all(late);
      progress.restarts++;
    }
  };
  await Promise.all([restarter(), ...Array.from({ length: CALLERS }, caller)]);
  await server.close();
}

function listen(port: number): Promise<RpcServer> {
  const service = implement(CirrusCIService, {
    heartbeat: () => Promise.resolve({}),
    async streamLogs(entries) {
      let bytesLogged = 0n;
      for await (const { value } of entries) {
        if (value.case === "chunk") bytesLogged += BigInt(value.value.data.length);
      }
      return { bytesLogged };
    },
  });
  return RpcServer.listen({ hostname: "127.0.0.1", port, services: [service] });
}

async function* entries() {
  for (let i = 0; i < 4; i++) yield chunk(new Uint8Array(20_000));
}
