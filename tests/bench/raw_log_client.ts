/**
 * Sends a log as fast as gRPC on Deno can, live and then saved, with nothing behind it, and prints the
 * milliseconds it took. Arguments: endpoint, task id, bytes.
 */
import { openChannel } from "../../lib/rpc/channel.ts";
import { createClient } from "../../lib/rpc/client.ts";
import { taskMetadata } from "../../lib/rpc/metadata.ts";
import { CirrusCIService } from "../../proto/gen/cirrus_ci_service_pb.ts";

/** What the live stream of a task sends at most at once. */
const CHUNK_BYTES = 1 << 20;

const [endpoint = "", taskId = "", bytes = ""] = Deno.args;
using channel = await openChannel({ endpoint });
const client = createClient(CirrusCIService, channel, {
  metadata: taskMetadata({ taskId, clientSecret: "client", endpoint }),
});

function* log(raw: boolean) {
  yield { value: { case: "key" as const, value: { commandName: "script-0", raw } } };
  const data = new Uint8Array(CHUNK_BYTES).fill(0x78);
  for (let left = Number(bytes); left > 0; left -= data.length) {
    yield { value: { case: "chunk" as const, value: { data: data.subarray(0, left) } } };
  }
}

async function* asynchronous<T>(items: Iterable<T>) {
  yield* items;
}

const start = performance.now();
await client.streamLogs(asynchronous(log(false)));
await client.saveLogs(asynchronous(log(true)));
console.log(performance.now() - start);
