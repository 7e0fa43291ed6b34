import { runCommand } from "../../process/run_command.ts";
import { ToolError } from "../../process/tool_error.ts";

/** Set by git for its hooks; they would make git look at another repository than that of the directory. */
const MISLEADING = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_COMMON_DIR",
  "GIT_PREFIX",
  "GIT_OBJECT_DIRECTORY",
];

const TIMEOUT_MS = 60_000;

/** Runs git in a directory and returns what it prints. Rejects with `ToolError` when it fails. */
export async function git(
  args: readonly string[],
  { directory, signal }: { directory: string; signal: AbortSignal },
): Promise<string> {
  const { stdout } = await runCommand(["git", ...args], {
    workingDirectory: directory,
    environment: gitEnvironment(),
    signal,
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: 1024 * 1024 * 1024,
  });
  return new TextDecoder().decode(stdout);
}

/** What git answers; undefined where there is no git, no repository, or nothing of the kind in it. */
export async function askGit(
  args: readonly string[],
  place: { directory: string; signal: AbortSignal },
): Promise<string | undefined> {
  try {
    return await git(args, place);
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

/** The environment for git: ours, with messages in English, which are compared. */
function gitEnvironment(): ReadonlyMap<string, string> {
  const environment = new Map(Object.entries(Deno.env.toObject()));
  for (const name of MISLEADING) environment.delete(name);
  return environment.set("LC_ALL", "C");
}

/** A git repository as seen from a directory in its work tree. All paths are absolute. */
export interface Repository {
  /** True when the directory is the top of the work tree. */
  readonly isTop: boolean;
  /** Where the state of this work tree is kept: its HEAD and its index. */
  readonly gitDirectory: string;
  /** Where everything else is kept; the same as `gitDirectory` but for linked work trees. */
  readonly commonDirectory: string;
}

/**
 * The repository whose files a directory holds. Undefined outside of any repository and in a directory that
 * its repository ignores. Rejects when git cannot tell, saying why.
 */
export async function findRepository(
  directory: string,
  options: { signal: AbortSignal },
): Promise<Repository | undefined> {
  const run = (...args: string[]) => git(args, { directory, ...options });
  try {
    const facts = await run(
      "rev-parse",
      "--path-format=absolute",
      "--git-dir",
      "--git-common-dir",
      "--show-prefix",
    );
    const [gitDirectory = "", commonDirectory = "", prefix] = facts.split("\n");
    if (prefix !== "" && await isIgnored(run)) return undefined;
    return { isTop: prefix === "", gitDirectory, commonDirectory };
  } catch (error) {
    if (error instanceof ToolError && error.details.stderr?.includes("not a git repository")) {
      return undefined;
    }
    throw error;
  }
}

async function isIgnored(run: (...args: string[]) => Promise<string>): Promise<boolean> {
  try {
    await run("check-ignore", "--quiet", ".");
    return true;
  } catch (error) {
    const status = error instanceof ToolError ? error.details.status : undefined;
    if (status?.kind === "exited" && status.code === 1) return false;
    throw error;
  }
}
