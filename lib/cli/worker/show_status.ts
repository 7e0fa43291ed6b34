import { formatDuration } from "../../units/duration.ts";
import { defaultStateDirectory } from "../../worker/state_directory.ts";
import { defaultWorkerName } from "../../worker/labels.ts";
import { readStatuses, type WorkerStatus } from "../../worker/worker_status.ts";
import { ExitCode } from "../exit_code.ts";
import { holdingConfig } from "../holding_config.ts";
import type { Io } from "../io.ts";
import type { StatusFlags } from "./flags.ts";

/** `cirrus worker status`: what the workers of this host do now. */
export async function showStatus(flags: StatusFlags, { stdout }: Io): Promise<number> {
  const name = flags.file === undefined ? undefined : await nameIn(flags.file);
  const all = await readStatuses(flags.stateDir ?? defaultStateDirectory());
  const workers = all.filter((worker) => name === undefined || worker.name === name);
  if (flags.json) await stdout.write(`${JSON.stringify({ workers }, null, 2)}\n`);
  else if (workers.length === 0) {
    await stdout.write(
      name === undefined ? "No worker runs on this host\n" : `No worker "${name}" runs on this host\n`,
    );
  } else await stdout.write(workers.map((worker) => describeWorker(worker, Date.now())).join("\n"));
  return ExitCode.success;
}

/** The name of the worker that a file is of. */
async function nameIn(path: string): Promise<string> {
  const [{ readConfig }, { workerConfig }] = await Promise.all([
    import("../../config/reading/read_config.ts"),
    import("../../config/worker/worker_config.ts"),
  ]);
  const { value } = await holdingConfig(readConfig(path, workerConfig));
  return value.name ?? defaultWorkerName(Deno.hostname());
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
