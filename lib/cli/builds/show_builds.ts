import type {
  BuildBody,
  BuildSummaryBody,
  TaskBody,
  TaskWithWaitBody,
} from "../../controller/api/schemas.ts";
import { formatDuration } from "../../units/duration.ts";
import type { ControllerClient } from "../controller_client/controller_client.ts";
import { requireBuild } from "../controller_client/require_by_id.ts";
import { withController } from "../controller_client/with_controller.ts";
import { ExitCode } from "../exit_code.ts";
import type { Io } from "../io.ts";
import { table } from "../output/table.ts";
import { taskTitles } from "../run/task_titles.ts";
import type { BuildsFlags } from "./builds_flags.ts";

/** `cirrus builds`: the last builds, or one with its tasks. */
export function showBuilds(flags: BuildsFlags, io: Io, id?: string): Promise<number> {
  return withController({ flags, io }, async (client) => {
    const shown = id === undefined
      ? await listBuilds(client, flags)
      : await showBuild(client, { id, json: flags.json });
    await io.stdout.write(shown);
    return ExitCode.success;
  });
}

async function listBuilds(client: ControllerClient, { limit, json }: BuildsFlags): Promise<string> {
  const page = await client.listBuilds({ limit });
  if (json) return `${JSON.stringify(page, null, 2)}\n`;
  if (page.builds.length === 0) return 'There are no builds yet: "cirrus submit" makes one\n';
  return table([
    ["BUILD", "STATUS", "CREATED", "TOOK", "BRANCH", "CHANGE", "TITLE"],
    ...page.builds.map((
      build,
    ) => [build.id, build.status, build.createdAt, tookOf(build), ...describeRepository(build)]),
  ]);
}

async function showBuild(
  client: ControllerClient,
  { id, json }: { readonly id: string; readonly json: boolean },
): Promise<string> {
  const build = await requireBuild(id, client);
  const tasks: TaskWithWaitBody[] = [];
  for (const task of build.tasks) tasks.push(isWaiting(task) ? await client.findTask(task.id) : task);
  if (json) return `${JSON.stringify({ ...build, tasks }, null, 2)}\n`;
  const titles = taskTitles(tasks);
  const rows = tasks.map((task, index) => [
    task.id,
    titles[index] ?? task.name,
    task.replacedBy === undefined ? task.status : `${task.status}, run again as ${task.replacedBy}`,
    durationOf({ from: task.startedAt, to: task.finishedAt }),
    task.worker ?? "",
    task.wait?.text ?? task.message ?? "",
  ]);
  return `${describeBuild(build)}\n${table([["TASK", "NAME", "STATUS", "TOOK", "WORKER", "WHY"], ...rows])}`;
}

function describeBuild(build: BuildBody): string {
  const repository = describeRepository(build).filter((part) => part !== "").join(" ");
  const took = tookOf(build);
  return [
    `Build ${build.id}: ${build.status}${took && ` after ${took}`}, made at ${build.createdAt}`,
    ...repository === "" ? [] : [repository.replaceAll(/\p{Cc}/gu, " ")],
    "",
  ].join("\n");
}

function describeRepository(
  { repository }: BuildSummaryBody,
): [branch: string, change: string, title: string] {
  const { branch = "", change = "", changeTitle = "" } = repository;
  return [branch, change.slice(0, 10), changeTitle];
}

function isWaiting({ status }: TaskBody): boolean {
  return status === "created" || status === "triggered";
}

function tookOf({ createdAt, finishedAt }: BuildSummaryBody): string {
  return durationOf({ from: createdAt, to: finishedAt });
}

/** Empty for what has not begun; what has not ended is measured up to now. */
function durationOf(
  { from, to }: { readonly from: string | undefined; readonly to: string | undefined },
): string {
  if (from === undefined) return "";
  const end = to === undefined ? Date.now() : Date.parse(to);
  return formatDuration(Math.max(0, end - Date.parse(from)));
}
