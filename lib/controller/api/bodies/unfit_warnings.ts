import type { NewBuild } from "../../builds/new_build.ts";
import type { Controller } from "../../controller.ts";
import type { BuildRecord, TaskRecord } from "../../records.ts";
import type { CreatedBuildBody } from "../schemas.ts";

/** How many tasks a warning names. */
const NAMED = 10;

/** Which tasks no worker that was ever here can take, those with the same reason in one warning. */
export function unfitWarnings(
  { tasks }: NewBuild,
  { record, controller }: { readonly record: BuildRecord; readonly controller: Controller },
): CreatedBuildBody["warnings"] {
  const byReason = new Map<string, TaskRecord[]>();
  for (const [index, task] of record.tasks.entries()) {
    const definition = tasks[index];
    if (definition === undefined || !isWaiting(task)) continue;
    const reason = controller.workers.whyNobodyFits(definition);
    if (reason !== undefined) byReason.set(reason, [...byReason.get(reason) ?? [], task]);
  }
  const nobody = controller.workers.list().length === 0;
  return [...byReason].map(([reason, unfit]) => {
    const wait = unfit.length === 1 ? "it waits" : "they wait";
    const text = nobody
      ? `${reason}: ${nameTasks(unfit)} can only wait for one, which "cirrus worker run" starts`
      : `no worker that is known here can take ${
        nameTasks(unfit)
      }: ${wait} until one comes that can; ${reason}`;
    return { text, tasks: unfit.map(({ id }) => id) };
  });
}

function isWaiting({ state: { status } }: TaskRecord): boolean {
  return status === "created" || status === "triggered";
}

function nameTasks(tasks: readonly TaskRecord[]): string {
  const names = tasks.slice(0, NAMED).map(({ name }) => JSON.stringify(name));
  const rest = tasks.length - names.length;
  return `the ${tasks.length === 1 ? "task" : "tasks"} ${names.join(", ")}${
    rest > 0 ? ` and ${rest} more` : ""
  }`;
}
