import { programUser } from "../../process/user/program_user.ts";
import { runCommand } from "../../process/run_command.ts";

/**
 * Makes a folder that only the user of programs may enter. Rejects with `Deno.errors.AlreadyExists` when
 * something is there, be it a link that leads nowhere.
 */
export async function makePrivateDirectory(path: string): Promise<void> {
  if (programUser() === undefined) return await Deno.mkdir(path, { mode: 0o700 });
  try {
    await runCommand(["mkdir", "-m", "0700", "--", path]);
  } catch (error) {
    if (await isThere(path)) throw new Deno.errors.AlreadyExists(`${path} exists already`, { cause: error });
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}
