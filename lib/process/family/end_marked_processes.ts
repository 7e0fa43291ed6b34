import { endFamily } from "./end_family.ts";

/**
 * Kills every process of this host that carries `mark`, or one below it (`mark/...`): what a
 * worker that is dead left running. This process itself is never among them. Rejects when some survive.
 */
export async function endMarkedProcesses(mark: string): Promise<void> {
  const survivors = await endFamily({ mark }, { graceMs: 0 });
  if (survivors.length === 0) return;
  throw new Error(
    `Ending the processes of ${mark}: ${survivors.join(", ")} survive SIGKILL; end them by hand`,
  );
}
