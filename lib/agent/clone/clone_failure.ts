import { errorMessage } from "../../diagnostics/error_message.ts";
import { ToolError } from "../../process/tool_error.ts";
import type { Revision } from "./clone_request.ts";
import { type FetchFailure, fetchFailure } from "./fetch_failure.ts";
import { GitMissing } from "./git_missing.ts";
import type { HostGit } from "./host_git.ts";
import type { Mirror } from "./mirror.ts";
import type { RepositoryUrl } from "./repository_url.ts";

const MEANING: Readonly<Record<Exclude<FetchFailure, "missing ref" | "other">, string>> = {
  "network": "it cannot be reached; check the URL, and the network and proxy of the worker's host",
  "missing commit": "it does not give that commit",
  "credentials": "it does not let us in; set CIRRUS_REPO_CLONE_TOKEN, or see that the token is still good",
  "certificate":
    "its certificate is of no authority that is trusted here; name that in SSL_CERT_FILE of the worker",
  "bad object": "it holds something that could do harm where it is checked out, and that git refuses",
};

/** What to tell people of a clone's failure. */
export async function cloneFailure(
  error: unknown,
  { url, revision, mirror, git }: { url: RepositoryUrl; revision: Revision; mirror: Mirror; git: HostGit },
): Promise<unknown> {
  if (!(error instanceof ToolError)) return error instanceof GitMissing ? error : withUrl(error, url);
  const kind = fetchFailure(error);
  if (kind === "other") return withUrl(error, url);
  if (kind === "missing ref") {
    const empty = await isEmpty(url, { mirror, git });
    const problem = empty ? "it is empty; push a commit first" : `it does not have ${revision.ref?.title}`;
    return new Error(`Cloning ${url.text}: ${problem}`, { cause: error });
  }
  return new Error(`Cloning ${url.text}: ${MEANING[kind]}: ${errorMessage(error)}`, { cause: error });
}

function withUrl(error: unknown, url: RepositoryUrl): Error {
  return new Error(`Cloning ${url.text}: ${errorMessage(error)}`, { cause: error });
}

async function isEmpty(
  url: RepositoryUrl,
  { mirror, git }: { mirror: Mirror; git: HostGit },
): Promise<boolean> {
  try {
    return await git.run(mirror.path, ["ls-remote", "--", url.text]) === "";
  } catch {
    // Whatever that is, the ref was missing before.
    return false;
  }
}
