import { ToolError } from "../../process/tool_error.ts";
import { git } from "../project/git.ts";
import { UsageError } from "../usage_error.ts";
import type { RunFlags } from "./run_flags.ts";

/** The paths, relative to the project, that count as changed. Throws a `UsageError` where git cannot tell. */
export async function affectedFiles(
  flags: Pick<RunFlags, "affectedFiles" | "affectedFilesGit" | "affectedFilesGitCached">,
  place: { directory: string; signal: AbortSignal },
): Promise<string[]> {
  const { affectedFilesGit: revision, affectedFilesGitCached: stagedRevision } = flags;
  const changed = revision === undefined ? [] : await changedFiles([], revision, place);
  const staged = stagedRevision === undefined ? [] : await changedFiles(["--cached"], stagedRevision, place);
  return [...new Set([...flags.affectedFiles ?? [], ...changed, ...staged])];
}

async function changedFiles(
  flags: readonly string[],
  revision: string,
  place: { directory: string; signal: AbortSignal },
): Promise<string[]> {
  try {
    // Behind `--end-of-options`, so that no revision is taken for a flag.
    const args = ["diff", "--name-only", "-z", "--relative", ...flags, "--end-of-options", revision, "--"];
    return (await git(args, place)).split("\0").filter((path) => path !== "");
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new UsageError(`Cannot find the files that differ from ${revision}: ${error.message}`, {
      cause: error,
    });
  }
}
