import { Problem, type Problems } from "../problem.ts";
import type { PlacedCommand } from "./placed_command.ts";

/**
 * Checks that no two commands of a task have one name: it is by their names that the agent and the upstream know them.
 * Reports every one whose name another has already.
 */
export function checkCommandNames(commands: readonly PlacedCommand[], problems: Problems): void {
  const names = new Set<string>();
  for (const { command: { name }, at } of commands) {
    if (names.has(name)) {
      problems.error(
        new Problem(`Reading instructions: the task has another one named "${name}"; rename one of them`, at),
      );
    }
    names.add(name);
  }
}
