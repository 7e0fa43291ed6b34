import type { Instance } from "../instance/instance.ts";
import type { Problems } from "../problem.ts";
import type { TaskDraft } from "./task_draft.ts";

/**
 * Reads what a task runs on. Its fields are read before it says anything of the task's variables, and one that cannot
 * be read leaves the task as it was.
 */
export function readInstance(
  draft: TaskDraft,
  { problems, read }: { problems: Problems; read: () => Instance },
): void {
  const before = problems.errors;
  const instance = read();
  if (problems.errors > before) return;
  draft.instance = instance;
  for (const [name, value] of Object.entries(instance.variables ?? {})) {
    if (value === null) draft.variables.delete(name);
    else draft.variables.set(name, value);
  }
}
