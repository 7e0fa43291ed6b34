import type { CommandState, TaskOutcome } from "../records.ts";

/** How a task ended whose commands ended so, in the order in which they ran. */
export function outcomeOf(commands: ReadonlyMap<string, CommandState>): TaskOutcome {
  const find = (status: CommandState["status"]) => [...commands].find(([, state]) => state.status === status);
  const failed = find("failed");
  if (failed) {
    const [name, state] = failed;
    const how = "signaled" in state && state.signaled ? "was ended by a signal" : "failed";
    return { status: "failed", cause: "command", message: `Command "${name}" ${how}` };
  }
  const interrupted = find("aborted") ?? find("executing");
  if (interrupted) return { status: "aborted", message: `Command "${interrupted[0]}" was interrupted` };
  return { status: "completed" };
}

/** Whether every command has ended. */
export function isComplete(commands: ReadonlyMap<string, CommandState>): boolean {
  return [...commands.values()].every((state) => "durationMs" in state);
}
