import { formatDuration } from "../../units/duration.ts";
import { defaultStateDirectory } from "../../worker/state_directory.ts";
import { readStatuses, type WorkerStatus } from "../../worker/worker_status.ts";
import { ExitCode } from "../exit_code.ts";
import type { Io } from "../io.ts";

/** `cirrus worker status`: what the workers of this host do now. */
export async function showStatus(
  flags: { readonly json: boolean; readonly stateDir?: string },
  { stdout }: Io,
): Promise<number> {
  const workers = await readStatuses(flags.stateDir ?? defaultStateDirectory());
  if (flags.json) await stdout.write(`${JSON.stringify({ workers }, null, 2)}\n`);
  else if (workers.length === 0) await stdout.write("No worker runs on this host\n");
  else await stdout.write(workers.map((worker) => describeWorker(worker, Date.now())).join("\n"));
  return ExitCode.success;
}

function describeWorker(worker: WorkerStatus, now: number): string {
  const { name, version, pid, since, draining, upstreams, tasks } = worker;
  const age = (from: string) => formatDuration(Math.max(0, now - Date.parse(from)));
  const state = draining ? ", takes no more tasks" : "";
  return [
    `${name} (version ${version}, process ${pid}), for ${age(since)}${state}`,
    ...upstreams.map(({ endpoint, registered }) =>
      `  upstream ${endpoint}, ${registered ? "registered" : "not registered yet"}`
    ),
    ...tasks.map(({ id, upstream, isolation, since }) =>
      `  task ${id} of ${upstream}, isolation ${isolation}, for ${age(since)}`
    ),
    ...tasks.length === 0 ? ["  no task"] : [],
    "",
  ].join("\n");
}
