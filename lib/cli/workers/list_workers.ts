import type { WorkerBody } from "../../controller/api/schemas.ts";
import { formatDuration } from "../../units/duration.ts";
import type { ClientFlags } from "../controller_client/access_flags.ts";
import { withController } from "../controller_client/with_controller.ts";
import { ExitCode } from "../exit_code.ts";
import type { Io } from "../io.ts";
import { table } from "../output/table.ts";

/** Labels that a column of their own shows, or that say nothing about where a task fits. */
const SHOWN_ELSEWHERE = new Set(["name", "version", "hostname"]);

/** `cirrus workers`: the workers that ever polled. */
export function listWorkers(flags: ClientFlags, io: Io): Promise<number> {
  return withController({ flags, io }, async (client) => {
    const workers = await client.workers();
    if (flags.json) await io.stdout.write(`${JSON.stringify({ workers }, null, 2)}\n`);
    else if (workers.length === 0) {
      await io.stdout.write('No worker has ever polled here: start one with "cirrus worker run"\n');
    } else {
      await io.stdout.write(table([
        ["WORKER", "STATE", "VERSION", "RUNS", "RESOURCES", "LABELS"],
        ...workers.map((worker) => describe(worker, Date.now())),
      ]));
    }
    return ExitCode.success;
  });
}

function describe(worker: WorkerBody, now: number): string[] {
  const { name, version = "", labels, resources, resourcesInUse, tasks } = worker;
  const away = formatDuration(Math.max(0, now - Date.parse(worker.lastSeenAt)));
  return [
    name,
    `${worker.live ? "live" : `away for ${away}`}${worker.disabled ? ", disabled" : ""}`,
    version,
    tasks.map(({ id }) => id).join(" ") || "nothing",
    Object.entries(resources).map(([key, total]) => `${key} ${resourcesInUse[key] ?? 0}/${total}`).join(" "),
    Object.entries(labels).filter(([key]) => !SHOWN_ELSEWHERE.has(key)).map((pair) => pair.join("=")).join(
      " ",
    ),
  ];
}
