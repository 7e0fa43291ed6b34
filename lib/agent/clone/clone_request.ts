import { type RepositoryAccess, repositoryAccess } from "./repository_url.ts";

/** Which tags come along. */
export type TagChoice =
  /** Those of the commits that are fetched, as git does by itself. */
  | "followed"
  | "all"
  | "none";

/** A ref of the origin and what it is called in the clone. */
export interface FetchedRef {
  /** Full name, `refs/heads/main`. */
  readonly remote: string;
  /** Full name, `refs/remotes/origin/main`. */
  readonly local: string;
  /** For people: `the branch main`. */
  readonly title: string;
}

/** What to fetch of a repository, and which commit to stand on: at least one of `ref` and `change` is there. */
export interface Revision {
  readonly ref?: FetchedRef;
  /** The id of the commit to stand on; the tip of `ref` when absent. */
  readonly change?: string;
  /** How many commits deep; all when absent. */
  readonly depth?: number;
  readonly tags: TagChoice;
  /** The branch that HEAD is on, by its short name; HEAD is detached when absent. */
  readonly branch?: string;
}

/** What the variables of a task say of its clone. */
export interface CloneRequest extends RepositoryAccess {
  readonly revision: Revision;
  readonly submodules: boolean;
}

/** What cannot be in the name of a ref, see git-check-ref-format(1). */
const NOT_IN_REF = /[\0-\x20~^:?*[\\\x7f]|\.\.|@\{|\/\/|^[/-]|[/.]$/;

/** The value of one of a task's variables. */
type Get = (name: string) => string | undefined;

/** Reads what is to be cloned from a task's variables. Throws an `Error` that names the variable to correct. */
export function readCloneRequest(variables: { get: Get }): CloneRequest {
  const get: Get = (name) => variables.get(name) || undefined;
  return {
    ...access(get),
    revision: revision(get),
    submodules: get("CIRRUS_CLONE_SUBMODULES") === "true",
  };
}

function access(get: Get): RepositoryAccess {
  const token = get("CIRRUS_REPO_CLONE_TOKEN");
  const host = get("CIRRUS_REPO_CLONE_HOST");
  const name = get("CIRRUS_REPO_FULL_NAME");
  const url = get("CIRRUS_REPO_CLONE_URL");
  if (token !== undefined && host !== undefined && name !== undefined) {
    return repositoryAccess(`https://${host}/${name}.git`, { token });
  }
  if (url !== undefined) return repositoryAccess(url, { token });
  throw new Error(
    "CIRRUS_REPO_CLONE_URL is not set: it says which repository to clone; or set CIRRUS_REPO_CLONE_TOKEN, " +
      "CIRRUS_REPO_CLONE_HOST and CIRRUS_REPO_FULL_NAME",
  );
}

function revision(get: Get): Revision {
  const depth = readDepth(get("CIRRUS_CLONE_DEPTH"));
  const change = readChange(get("CIRRUS_CHANGE_IN_REPO"));
  const common = {
    tags: readTags(get("CIRRUS_CLONE_TAGS")),
    ...depth !== undefined && { depth },
    ...change !== undefined && { change },
  };
  const pr = get("CIRRUS_PR");
  const tag = readName(get, "CIRRUS_TAG");
  const branch = readName(get, "CIRRUS_BRANCH");
  if (pr !== undefined) return pullRequest(pr, { ...common, merge: get("CIRRUS_RESOLUTION_STRATEGY") });
  if (tag !== undefined) {
    const name = `refs/tags/${tag}`;
    const tags = common.tags === "followed" ? "none" : common.tags;
    return { ...common, tags, ref: { remote: name, local: name, title: `the tag ${tag}` } };
  }
  if (branch !== undefined) {
    const local = `refs/remotes/origin/${branch}`;
    return {
      ...common,
      branch,
      ref: { remote: `refs/heads/${branch}`, local, title: `the branch ${branch}` },
    };
  }
  if (change !== undefined) return common;
  throw new Error(
    "CIRRUS_BRANCH is not set: it says what to clone, as do CIRRUS_TAG, CIRRUS_PR and CIRRUS_CHANGE_IN_REPO",
  );
}

function pullRequest(pr: string, { merge, ...options }: Revision & { merge: string | undefined }): Revision {
  if (!/^[0-9]+$/.test(pr)) {
    throw new Error(`CIRRUS_PR is ${JSON.stringify(pr)}: it must be the number of a pull request`);
  }
  const branch = `pull/${pr}`;
  const local = `refs/remotes/origin/${branch}`;
  const title = `the pull request ${pr}`;
  if (merge !== "MERGE_FOR_PRS") {
    return { ...options, branch, ref: { remote: `refs/pull/${pr}/head`, local, title } };
  }
  // The merge is a commit of its own, above what the depth counts.
  const { tags, depth } = options;
  const ref = { remote: `refs/pull/${pr}/merge`, local, title: `the merge of ${title.slice("the ".length)}` };
  return { tags, branch, ref, ...depth !== undefined && { depth: depth + 1 } };
}

function readName(get: Get, variable: string): string | undefined {
  const name = get(variable);
  if (name !== undefined && NOT_IN_REF.test(name)) {
    throw new Error(`${variable} is ${JSON.stringify(name)}: git allows no such name`);
  }
  return name;
}

function readChange(text: string | undefined): string | undefined {
  if (text === undefined || /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) return text;
  throw new Error(`CIRRUS_CHANGE_IN_REPO is ${JSON.stringify(text)}: it must be the full id of a commit`);
}

function readDepth(text: string | undefined): number | undefined {
  if (text === undefined || text === "0") return undefined;
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new Error(
    `CIRRUS_CLONE_DEPTH is ${JSON.stringify(text)}: it must be a number of commits, or 0 for all`,
  );
}

function readTags(text: string | undefined): TagChoice {
  if (text === "true") return "all";
  return text === "false" ? "none" : "followed";
}
