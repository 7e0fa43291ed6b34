import { succeeded } from "../../process/exit_status.ts";
import { runCommand } from "../../process/run_command.ts";

/** A cache of a build may have a million files. */
const REMOVE_MS = 600_000;

/**
 * Removes a file or a whole folder as `removeTree` does, but in the name of who programs run as, and so nothing that
 * only this process may. Rejects with a `ToolError` for the rest.
 */
export async function removeAsUser(path: string, options: { signal?: AbortSignal } = {}): Promise<void> {
  const remove = (anyStatus: boolean) =>
    runCommand(["rm", "-rf", "--", path], { ...options, timeoutMs: REMOVE_MS, anyStatus });
  const { status } = await remove(true);
  if (succeeded(status)) return;
  // Go's module cache, for one, is read-only.
  await runCommand(["chmod", "-R", "u+rwx", "--", path], {
    ...options,
    timeoutMs: REMOVE_MS,
    anyStatus: true,
  });
  await remove(false);
}
