/**
 * Packs a folder as a cache and unpacks it again, in a process of its own: `carry_cache.ts FROM TO SPOOL`. Prints the
 * most resident memory that it ever had, in bytes.
 */
import { packCache, unpackCache } from "../../../lib/agent/caches/cache_archive.ts";
import { TransferMeter } from "../../../lib/agent/transfer_meter.ts";
import { LocalMachine } from "../../../lib/machine/local/local_machine.ts";

const [from = "", to = "", spoolDirectory = ""] = Deno.args;
const { signal } = new AbortController();

await using machine = new LocalMachine({
  workingDirectory: from,
  temporaryDirectory: spoolDirectory,
  environment: new Map(),
  mark: crypto.randomUUID(),
});
using meter = new TransferMeter("Carrying", { log: () => {} });
const options = { machine, digests: true, meter, signal };
{
  await using archive = await packCache({ ...options, base: from, paths: ["."], spoolDirectory });
  await unpackCache(await archive.open(), { ...options, base: to });
}
const status = await Deno.readTextFile("/proc/self/status");
console.log(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024);
