import type { NewBuildBody } from "../../controller/api/schemas.ts";
import { askGit } from "../project/git.ts";
import type { SubmitFlags } from "./submit_flags.ts";

type Repository = NonNullable<NewBuildBody["repository"]>;

interface Place {
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/**
 * The repository that tasks are to clone: as the flags say, and where they name no other one, as the git clone around a
 * directory does. Warns where workers cannot find the commit.
 */
export async function submittedRepository(
  flags: Pick<SubmitFlags, "cloneUrl" | "branch" | "change">,
  place: Place,
): Promise<Repository> {
  const given = {
    ...flags.cloneUrl && { cloneUrl: flags.cloneUrl },
    ...flags.branch && { branch: flags.branch },
    ...flags.change && { change: flags.change },
  };
  // Another repository's branches and commits are not known here.
  if (flags.cloneUrl !== undefined) return given;
  const cloneUrl = await remoteUrl(place);
  if (cloneUrl === undefined) return given;
  const branch = flags.branch ?? await ask(["symbolic-ref", "--quiet", "--short", "HEAD"], place);
  const change = await commitOf(flags, place);
  if (change === undefined) return { cloneUrl, ...branch && { branch }, ...given };
  const message = await ask(["log", "-1", "--format=%B", change], place) ?? "";
  const title = message.split("\n", 1)[0];
  if (await ask(["branch", "--remotes", "--contains", change], place) === undefined) {
    place.warn(
      `no branch of ${cloneUrl} has commit ${change.slice(0, 10)}, as far as is known here: push it first`,
    );
  }
  return {
    cloneUrl,
    ...branch && { branch },
    change,
    ...title && { changeTitle: title, changeMessage: message },
  };
}

/** The URL of `origin`, else of the first remote there is. */
async function remoteUrl(place: Place): Promise<string | undefined> {
  const origin = await ask(["remote", "get-url", "origin"], place);
  if (origin !== undefined) return origin;
  const [first] = (await ask(["remote"], place))?.split("\n") ?? [];
  return first && await ask(["remote", "get-url", first], place);
}

/** The full name of the commit that is meant; what is unknown here is taken as it was given. */
async function commitOf(
  { branch, change }: Pick<SubmitFlags, "branch" | "change">,
  place: Place,
): Promise<string | undefined> {
  const revision = change ?? branch ?? "HEAD";
  const args = ["rev-parse", "--quiet", "--verify", "--end-of-options"];
  return await ask([...args, `${revision}^{commit}`], place) ??
    (change === undefined ? await ask([...args, `refs/remotes/origin/${branch}^{commit}`], place) : change);
}

/** What git answers, without space around it; undefined where that is nothing. */
async function ask(args: readonly string[], place: Place): Promise<string | undefined> {
  return (await askGit(args, place))?.trim() || undefined;
}
