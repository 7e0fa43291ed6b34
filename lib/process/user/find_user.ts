import type { ProgramUser } from "./program_user.ts";
import { runCommand } from "../run_command.ts";

/** Accounts with other names exist, but none that needs no quoting anywhere. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/** Looks an account of this host up, also one of a directory service. Rejects with an `Error` that says what to do. */
export async function findUser(name: string): Promise<ProgramUser> {
  if (!NAME.test(name)) throw new Error(`${JSON.stringify(name)} is no name of a user`);
  const ask = async (...argv: [string, ...string[]]) => {
    const { stdout } = await runCommand(argv, { timeoutMs: 30_000 });
    return new TextDecoder().decode(stdout).trim();
  };
  let identity: string[];
  try {
    identity = await Promise.all(["-u", "-g", "-G"].map((what) => ask("id", what, name)));
  } catch (error) {
    throw new Error(`this host knows no user ${name}; check the name, or create the user`, { cause: error });
  }
  const [uid, gid, groups = ""] = identity;
  // The shell's is the one way to a home folder that Linux and macOS share.
  const home = await ask("/bin/sh", "-c", `echo ~${name}`);
  if (!home.startsWith("/")) throw new Error(`the user ${name} has no home folder; give it one`);
  return { name, uid: Number(uid), gid: Number(gid), groups: groups.split(/\s+/).map(Number), home };
}
