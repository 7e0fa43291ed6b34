import { runCommand } from "../../process/run_command.ts";

/**
 * Removes a file or a whole folder, links not followed, also where folders in it are read-only. What does not
 * exist is fine.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (Deno.build.os === "windows") throw error;
    // Go's module cache, for one, is read-only. The program knows names that are not UTF-8, Deno does not.
    await runCommand(["chmod", "-R", "u+rwx", "--", path], { anyStatus: true });
    await Deno.remove(path, { recursive: true });
  }
}
