import { join } from "node:path";
import { packCache, unpackCache } from "../../lib/agent/caches/cache_archive.ts";
import { HttpCacheStore } from "../../lib/agent/caches/http_cache_store.ts";
import { TransferMeter } from "../../lib/agent/transfer_meter.ts";
import { Transfers } from "../../lib/agent/transfers.ts";
import { LocalMachine } from "../../lib/machine/local/local_machine.ts";
import type { Machine } from "../../lib/machine/machine.ts";
import { runCommand } from "../../lib/process/run_command.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { type BenchOptions, type Figure, percentile } from "./figure.ts";
import { FileStore } from "./file_store.ts";
import { makeManyFiles } from "./many_files.ts";
import { ProcessMeter } from "./process_meter.ts";
import { timed } from "./timed.ts";

/** Runs are long. */
const MOST_RUNS = 3;

const KEY = "bench";

/** A cache of 1 GB in 20,000 files, to a store over HTTP and back; beside the same by tar and gzip, with files. */
export async function cache({ runs }: BenchOptions): Promise<Figure[]> {
  await using folder = await temporaryDirectory();
  const tree = join(folder.path, "tree");
  const stored = join(folder.path, "stored");
  const archive = join(folder.path, "plain.tar.gz");
  await makeManyFiles(tree, { files: 20_000, bytes: 50_000 });
  await Deno.mkdir(stored);
  await using server = await FileStore.start(stored);
  using transfers = new Transfers();
  const store = new HttpCacheStore(server.host, transfers);
  await using machine = new LocalMachine({
    workingDirectory: tree,
    temporaryDirectory: folder.path,
    environment: new Map(),
    mark: crypto.randomUUID(),
  });
  const own = new ProcessMeter(Deno.pid);
  const samples: Sample[] = [];
  for (let run = 0; run < Math.min(runs, MOST_RUNS); run++) {
    const [back, plain] = [join(folder.path, "back"), join(folder.path, "plain")];
    const tarUp = await timed(() => shell('tar -c -C "$1" . | gzip > "$2"', tree, archive));
    const tarDown = await timed(() => shell('mkdir "$2" && tar -x -z -f "$1" -C "$2"', archive, plain));
    const before = own.resetPeakMemory();
    const up = await timed(() => sendUp(store, { machine, base: tree, spoolDirectory: folder.path }));
    const down = await timed(() => bringDown(store, { machine, base: back }));
    samples.push({ up, tarUp, down, tarDown, growth: (own.peakMemory() - before) / 1e6 });
    for (const path of [back, plain]) await Deno.remove(path, { recursive: true });
  }
  const percent = (of: (sample: Sample) => number) => samples.map((sample) => 100 * of(sample));
  return [
    { name: "cache of 1 GB, 20,000 files, to the store", unit: "ms", values: samples.map(({ up }) => up) },
    { name: "the same by `tar | gzip`", unit: "ms", values: samples.map(({ tarUp }) => tarUp) },
    {
      name: "to the store, of `tar | gzip`",
      unit: "%",
      values: percent(({ up, tarUp }) => up / tarUp),
      target: { most: 120 },
    },
    { name: "the cache back from the store", unit: "ms", values: samples.map(({ down }) => down) },
    { name: "the same by `tar -x`", unit: "ms", values: samples.map(({ tarDown }) => tarDown) },
    {
      name: "back from the store, of `tar -x`",
      unit: "%",
      values: percent(({ down, tarDown }) => down / tarDown),
      target: { most: 120 },
    },
    {
      name: "memory while it goes up and down, more than before (peak)",
      unit: "MB",
      values: samples.map(({ growth }) => growth),
      target: { most: 60 },
      judge: (values) => percentile(values, 100),
    },
  ];
}

/** Times in milliseconds, memory in MB. */
interface Sample {
  readonly up: number;
  readonly tarUp: number;
  readonly down: number;
  readonly tarDown: number;
  readonly growth: number;
}

async function sendUp(
  store: HttpCacheStore,
  options: { machine: Machine; base: string; spoolDirectory: string },
): Promise<void> {
  const { signal } = new AbortController();
  using meter = new TransferMeter("Packing", { log: console.error });
  await using archive = await packCache({ ...options, paths: ["."], digests: false, meter, signal });
  await store.save(KEY, await archive.open(), signal);
}

async function bringDown(
  store: HttpCacheStore,
  options: { machine: Machine; base: string },
): Promise<void> {
  const { signal } = new AbortController();
  using meter = new TransferMeter("Restoring", { log: console.error });
  const entry = await store.load(KEY, signal);
  if (!entry) throw new Error("The store has lost the cache");
  await unpackCache(entry, { ...options, digests: false, meter, signal });
}

async function shell(script: string, ...args: string[]): Promise<void> {
  await runCommand(["sh", "-ec", script, "sh", ...args]);
}
