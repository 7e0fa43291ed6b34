import { endFamily } from "./end_family.ts";
import { ticksNow } from "./linux_processes.ts";

/** A moment that marks are younger than. */
export interface MarkAge {
  readonly sinceTicks: number | undefined;
}

/** For a mark that is made now: its processes are found without asking older ones for theirs. */
export function markAge(): MarkAge {
  return { sinceTicks: Deno.build.os === "linux" ? ticksNow() : undefined };
}

/**
 * Kills every process of this host that carries `mark`, or one below it (`mark/...`): what a worker that is dead left
 * running. `age` is that of the mark, where it is known. This process itself is never among them. Rejects when some
 * survive.
 */
export async function endMarkedProcesses(mark: string, age?: MarkAge): Promise<void> {
  const survivors = await endFamily({ mark, ...age }, { graceMs: 0 });
  if (survivors.length === 0) return;
  throw new Error(
    `Ending the processes of ${mark}: ${survivors.join(", ")} survive SIGKILL; end them by hand`,
  );
}
