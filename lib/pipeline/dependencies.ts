import { nearest } from "../diagnostics/nearest.ts";
import { limits } from "./limits.ts";
import { Problem, type Problems } from "./problem.ts";
import type { TaskDraft } from "./task/task_draft.ts";
import type { TaskDrafts } from "./task/task_drafts.ts";

/** How many pairs of a name that no task has and a task are compared; a pair of long names takes some 50 µs. */
const MOST_COMPARED = 10_000;

/** For each enabled task the ids of the tasks that must come first, smallest first. */
export type Dependencies = ReadonlyMap<TaskDraft, readonly number[]>;

/**
 * Finds the tasks that `depends_on` names, by name or alias. A name of a task that `only_if` leaves out is passed over
 * with a warning; one that no task has, and a circle, are reported.
 */
export function resolveDependencies({ enabled, disabled }: TaskDrafts, problems: Problems): Dependencies {
  const ids = idsByName(enabled);
  const left = new Set(disabled.flatMap(namesOf));
  const dependencies = new Map<TaskDraft, readonly number[]>();
  let count = 0;
  let unknown = 0;
  for (const task of enabled) {
    if (task.dependsOn?.names.includes("")) {
      problems.warn(
        'Reading "depends_on": an empty name means every task without an alias; write [] to wait for none',
        task.dependsOn.at,
      );
    }
    const found: number[] = [];
    for (const name of task.dependsOn?.names ?? []) {
      const matching = ids.get(name);
      count += matching?.length ?? 0;
      if (count > limits.dependencies) {
        problems.error(tooMany(task));
        return new Map();
      }
      if (matching) {
        found.push(...matching);
      } else if (left.has(name)) {
        problems.warn(
          `Reading "depends_on": the task "${name}" is left out by its "only_if", so it is not waited for`,
          task.at,
        );
      } else {
        unknown++;
        const among = unknown === 1 || unknown * enabled.length <= MOST_COMPARED ? enabled : [];
        problems.error(unknownDependency(task, { name, among }));
      }
    }
    dependencies.set(task, found.sort((left, right) => left - right));
  }
  refuseCircles(enabled, dependencies, problems);
  return dependencies;
}

function tooMany({ dependsOn, at }: TaskDraft): Problem {
  return new Problem(
    `Reading "depends_on": tasks wait for more than ${limits.dependencies} others in all; name fewer of them`,
    dependsOn?.at ?? at,
  );
}

function idsByName(tasks: readonly TaskDraft[]): Map<string, number[]> {
  const ids = new Map<string, number[]>();
  for (const task of tasks) {
    for (const name of new Set(namesOf(task))) append(ids, name, task.id);
  }
  return ids;
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** The names by which other tasks may refer to a task; without an alias the empty one is among them. */
function namesOf({ name, alias = "" }: TaskDraft): string[] {
  return [name, alias];
}

function unknownDependency(
  task: TaskDraft,
  { name, among }: { name: string; among: readonly TaskDraft[] },
): Problem {
  const renamed = among.find(({ keyName }) => keyName === name);
  const meant = renamed ? renamed.name : nearest(name, among.flatMap(namesOf));
  const suggestion = meant ? `; did you mean "${meant}"?` : "";
  return new Problem(
    `Reading "depends_on": there is no task "${name}"${suggestion}`,
    task.dependsOn?.at ?? task.at,
  );
}

/** Takes away, over and over, the tasks that wait for none of those left; what then is left waits for itself. */
function refuseCircles(tasks: readonly TaskDraft[], dependencies: Dependencies, problems: Problems): void {
  const waiting = new Map(tasks.map((task) => [task.id, { task, on: new Set(dependencies.get(task)) }]));
  const dependents = new Map<number, number[]>();
  for (const [id, { on }] of waiting) {
    for (const other of on) append(dependents, other, id);
  }
  const free = [...waiting].filter(([, { on }]) => on.size === 0).map(([id]) => id);
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    waiting.delete(id);
    for (const dependent of dependents.get(id) ?? []) {
      const on = waiting.get(dependent)?.on;
      if (on?.delete(id) && on.size === 0) free.push(dependent);
    }
  }
  const [first] = waiting.values();
  if (!first) return;
  const names = [...waiting.values()].map(({ task }) => `"${task.name}"`).join(", ");
  problems.error(
    new Problem(
      `Reading "depends_on": these tasks wait for each other: ${names}`,
      first.task.dependsOn?.at ?? first.task.at,
    ),
  );
}
