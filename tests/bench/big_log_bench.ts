import { join } from "node:path";
import { type BenchOptions, type Figure, percentile } from "./figure.ts";
import { MockUpstream, type TaskRecord } from "./mock_upstream.ts";
import { WorkerProcess } from "./worker_process.ts";

const BYTES = 200_000_000;

/** Lines that differ, as a build's do. */
const SCRIPT =
  `seq -f 'line %.0f of a log as long as that of a talkative compiler' 99999999 | head -c ${BYTES}`;

const RAW_CLIENT = join(import.meta.dirname ?? ".", "raw_log_client.ts");

/** A task that prints 200 MB, all of which goes to the upstream twice: live and, at its end, once more. */
export async function bigLog({ runs }: BenchOptions): Promise<Figure[]> {
  const speeds: number[] = [];
  const growths: number[] = [];
  const raw: number[] = [];
  for (let run = 0; run < Math.ceil(runs / 3); run++) {
    const { ms, growth } = await printedByTask();
    speeds.push(megabytesPerSecond(ms));
    growths.push(growth / 1e6);
    raw.push(megabytesPerSecond(await sentByClient()));
  }
  const worst = (values: readonly number[]) => percentile(values, 100);
  return [
    {
      name: "script printing 200 MB, live and saved",
      unit: "MB/s",
      values: speeds,
      go: "70",
      target: { least: 70 },
    },
    { name: "the limit: the same bytes twice by a bare gRPC client on Deno", unit: "MB/s", values: raw },
    {
      name: "memory while it does, more than idle (peak)",
      unit: "MB",
      values: growths,
      target: { most: 60 },
      judge: worst,
    },
  ];
}

async function printedByTask(): Promise<{ ms: number; growth: number }> {
  await using upstream = await MockUpstream.start();
  const registered = upstream.nextRegistration();
  await using worker = await WorkerProcess.start({ endpoint: upstream.endpoint });
  await registered;
  await upstream.assign("echo warm").stopped;
  const idle = worker.resetPeakMemory();
  const task = upstream.assign(SCRIPT);
  const ms = await task.stopped - await task.assigned;
  expectWhole(task);
  return { ms, growth: worker.peakMemory() - idle };
}

async function sentByClient(): Promise<number> {
  await using upstream = await MockUpstream.start();
  const task = upstream.assign();
  const args = ["run", "-A", RAW_CLIENT, upstream.endpoint, task.id, String(BYTES)];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  if (!success) throw new Error("The bare client failed");
  expectWhole(task);
  return Number(new TextDecoder().decode(stdout));
}

function expectWhole({ bytes }: TaskRecord): void {
  if (bytes.live < BYTES || bytes.saved < BYTES) {
    throw new Error(`The upstream got ${bytes.live} bytes live and ${bytes.saved} saved of ${BYTES}`);
  }
}

function megabytesPerSecond(ms: number): number {
  return BYTES / 1e6 / (ms / 1000);
}
