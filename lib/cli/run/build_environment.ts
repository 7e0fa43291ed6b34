import { askGit } from "../project/git.ts";

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
  const branch = await askGit(["symbolic-ref", "--quiet", "--short", "HEAD"], { directory, signal });
  if (branch !== undefined) environment.set("CIRRUS_BRANCH", branch.trim());
  const commit = await askGit(["log", "-1", "--format=%H%n%B"], { directory, signal });
  if (commit === undefined) return environment;
  const [change = "", title = "", ...rest] = commit.trimEnd().split("\n");
  return environment
    .set("CIRRUS_CHANGE_IN_REPO", change)
    .set("CIRRUS_CHANGE_TITLE", title)
    .set("CIRRUS_CHANGE_MESSAGE", [title, ...rest].join("\n"));
}
