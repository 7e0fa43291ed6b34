/**
 * Measures speed and memory and prints them as a table: `deno task bench [--runs N] [NAME...]`. Worker and
 * upstream are separate processes. Needs Linux: memory is read from /proc. Ends with 1 when a target is missed.
 */
import { parseArgs } from "node:util";
import { artifacts } from "./artifacts_bench.ts";
import { bigLog } from "./big_log_bench.ts";
import { assignment } from "./controller/assignment_bench.ts";
import { idleFleet } from "./controller/idle_fleet_bench.ts";
import { logStreams } from "./controller/log_streams_bench.ts";
import { restart } from "./controller/restart_bench.ts";
import { throughput } from "./controller/throughput_bench.ts";
import { cache } from "./cache_bench.ts";
import { clone } from "./clone_bench.ts";
import { dockerContainers, podmanContainers } from "./container_bench.ts";
import type { Bench, Figure } from "./figure.ts";
import { firstLine } from "./first_line_bench.ts";
import { idle } from "./idle_bench.ts";
import { manyTasks } from "./many_tasks_bench.ts";
import { parse } from "./parse_bench.ts";
import { ssh } from "./ssh/ssh_bench.ts";
import { standby } from "./standby_bench.ts";
import { startUp } from "./start_up_bench.ts";
import { reached, table } from "./table.ts";
import { tenScripts } from "./ten_scripts_bench.ts";

const BENCHES: Readonly<Record<string, Bench>> = {
  tenScripts,
  firstLine,
  startUp,
  manyTasks,
  bigLog,
  idle,
  parse,
  assignment,
  idleFleet,
  throughput,
  logStreams,
  restart,
  clone,
  dockerContainers,
  podmanContainers,
  cache,
  artifacts,
  ssh,
  standby,
};

const { values, positionals } = parseArgs({
  options: { runs: { type: "string", default: "10" } },
  allowPositionals: true,
});
const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
const figures: Figure[] = [];
for (const name of names) {
  const bench = BENCHES[name];
  if (!bench) throw new Error(`There is no bench ${name}; there are ${Object.keys(BENCHES).join(", ")}`);
  console.error(`Measuring ${name}...`);
  figures.push(...await bench({ runs: Number(values.runs) }));
}
console.log(table(figures));
if (!figures.every(reached)) Deno.exitCode = 1;
