import type { Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { nearest } from "../../diagnostics/nearest.ts";
import { InvalidBuildError } from "./new_build.ts";

/**
 * The tasks of this name or alias, in any case. Throws a `InvalidBuildError` that suggests a name when there is none.
 */
export function selectTasks(tasks: readonly Task[], wanted: string): Task[] {
  const lower = wanted.toLowerCase();
  const selected = tasks.filter((task) => namesOf(task).some((name) => name.toLowerCase() === lower));
  if (selected.length > 0) return selected;
  const names = new Set(tasks.flatMap(namesOf));
  const suggestion = nearest(wanted, names);
  const hint = suggestion === undefined
    ? `the tasks are ${[...names].join(", ")}; what its only_if leaves out is none of them`
    : `did you mean ${JSON.stringify(suggestion)}?`;
  throw new InvalidBuildError(
    `No task named ${JSON.stringify(wanted)}: ${names.size === 0 ? "there are no tasks" : hint}`,
  );
}

function namesOf(task: Task): string[] {
  const alias = task.metadata?.properties["alias"];
  return alias ? [task.name, alias] : [task.name];
}
