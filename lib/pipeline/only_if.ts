import type { Problems } from "./problem.ts";
import type { TaskDraft } from "./task/task_draft.ts";
import type { ReadTask } from "./task/read_task.ts";
import type { Dependencies } from "./dependencies.ts";

/**
 * Whether a task's `only_if` lets it be; without one, or with an empty one, it is.
 *
 * @throws {Problem} when the condition cannot be evaluated.
 */
export function isEnabled({ draft, scope }: ReadTask): boolean {
  if (!draft.onlyIf || draft.onlyIf.expression === "") return true;
  const { expression, at } = draft.onlyIf;
  return scope.with("CIRRUS_TASK_NAME", draft.name).evaluate(expression, at);
}

/** Warns where a task waits for one that another condition may leave out. */
export function warnOfDifferingConditions(
  tasks: readonly TaskDraft[],
  { dependencies, problems }: { dependencies: Dependencies; problems: Problems },
): void {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  for (const task of tasks) {
    for (const id of dependencies.get(task) ?? []) {
      const dependency = byId.get(id);
      const condition = dependency?.onlyIf?.expression;
      if (!dependency || !condition || condition === task.onlyIf?.expression) continue;
      problems.warn(
        `Reading "depends_on": the task "${task.name}" waits for "${dependency.name}", which has another "only_if"; use the same for both`,
        task.at,
      );
    }
  }
}
