import { ToolError } from "../../process/tool_error.ts";
import { git } from "../project/git.ts";

/** What every run's tasks see, and expressions of the file too. */
export const STATIC_ENVIRONMENT: ReadonlyMap<string, string> = new Map([
  ["CI", "true"],
  ["CONTINUOUS_INTEGRATION", "true"],
  ["CIRRUS_CI", "true"],
  ["CIRRUS_ENVIRONMENT", "CLI"],
]);

/** What a project's repository says of what is being run: branch and last commit; nothing where there is none. */
export async function repositoryEnvironment(
  directory: string,
  { signal }: { signal: AbortSignal },
): Promise<Map<string, string>> {
  const environment = new Map<string, string>();
  const branch = await ask(["symbolic-ref", "--quiet", "--short", "HEAD"], { directory, signal });
  if (branch !== undefined) environment.set("CIRRUS_BRANCH", branch.trim());
  const commit = await ask(["log", "-1", "--format=%H%n%B"], { directory, signal });
  if (commit === undefined) return environment;
  const [change = "", title = "", ...rest] = commit.trimEnd().split("\n");
  return environment
    .set("CIRRUS_CHANGE_IN_REPO", change)
    .set("CIRRUS_CHANGE_TITLE", title)
    .set("CIRRUS_CHANGE_MESSAGE", [title, ...rest].join("\n"));
}

/** What git answers; undefined where there is no git, no repository, or nothing of the kind in it. */
async function ask(args: readonly string[], place: { directory: string; signal: AbortSignal }) {
  try {
    return await git(args, place);
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}
