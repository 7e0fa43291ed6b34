import denoConfig from "../../deno.json" with { type: "json" };
import { runProgram } from "./run_program.ts";

/** Which build this is: it is put into the executable. */
export interface BuildIdentity {
  readonly version: string;
  /** The whole hash. */
  readonly commit: string;
  /** Whether files differ from that commit. */
  readonly changed: boolean;
  /** When the commit was made: two builds of one commit must be the same. */
  readonly date: Date;
}

/** Reads it from `deno.json` and git. Rejects outside of a git checkout. */
export async function readBuildIdentity(root: string): Promise<BuildIdentity> {
  const git = async (...args: string[]) => (await runProgram("git", ["-C", root, ...args])).trim();
  return {
    version: denoConfig.version,
    commit: await git("rev-parse", "HEAD"),
    changed: await git("status", "--porcelain", "--untracked-files=no") !== "",
    date: new Date(await git("show", "--no-patch", "--format=%cI", "HEAD")),
  };
}
