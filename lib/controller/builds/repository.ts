import { z } from "zod";

/** What a submitter knows of the repository that a build is made from. */
export const repositorySchema = z.strictObject({
  cloneUrl: z.string().min(1).refine(hasNoPassword, {
    error: "has a password in it, which everybody would see: give it as the variable CIRRUS_REPO_CLONE_TOKEN",
  }).optional().describe("What `git clone` is given; tasks without one clone nothing"),
  branch: z.string().min(1).optional().describe("pull/N of a pull request by default"),
  baseBranch: z.string().min(1).optional().describe("What a pull request is to be merged into"),
  tag: z.string().min(1).optional(),
  pullRequest: z.int().min(1).optional(),
  change: z.string().min(1).optional().describe("The commit's SHA"),
  changeTitle: z.string().optional(),
  changeMessage: z.string().optional(),
}).meta({
  id: "Repository",
  description: "What is known of the repository; tasks see it as CIRRUS_ variables",
});

export type Repository = Readonly<z.infer<typeof repositorySchema>>;

/** The variables that tell tasks and the expressions of their file about the repository. */
export function repositoryEnvironment(repository: Repository): Map<string, string> {
  const { cloneUrl, pullRequest, changeTitle, changeMessage } = repository;
  const [name, owner] = pathOf(cloneUrl ?? "").replace(/\/*$/, "").replace(/\.git$/, "").split("/").reverse();
  const variables = {
    CIRRUS_REPO_CLONE_URL: cloneUrl,
    CIRRUS_REPO_FULL_NAME: owner && name && `${owner}/${name}`,
    CIRRUS_REPO_OWNER: owner,
    CIRRUS_REPO_NAME: name,
    CIRRUS_BRANCH: repository.branch ?? (pullRequest && `pull/${pullRequest}`),
    CIRRUS_BASE_BRANCH: repository.baseBranch,
    CIRRUS_TAG: repository.tag,
    CIRRUS_PR: pullRequest?.toString(),
    CIRRUS_CHANGE_IN_REPO: repository.change,
    CIRRUS_CHANGE_TITLE: changeTitle ?? changeMessage?.split("\n", 1)[0],
    CIRRUS_CHANGE_MESSAGE: changeMessage ?? changeTitle,
  };
  return new Map(Object.entries(variables).flatMap(([key, value]) => value ? [[key, value]] : []));
}

/** The path in `https://host/our/project.git` and in `git@host:our/project.git`, which git takes too. */
function pathOf(cloneUrl: string): string {
  return URL.canParse(cloneUrl) ? new URL(cloneUrl).pathname : cloneUrl.replace(/^[^/]*:/, "");
}

function hasNoPassword(url: string): boolean {
  return !URL.canParse(url) || new URL(url).password === "";
}
