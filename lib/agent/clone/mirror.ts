import { existsSync } from "node:fs";
import { join } from "node:path";
import { delay } from "../../async/delay.ts";
import { removeTree } from "../../machine/local/remove_tree.ts";
import type { Revision } from "./clone_request.ts";
import { fetchFailure } from "./fetch_failure.ts";
import { fetchProgress } from "./fetch_progress.ts";
import type { HostGit } from "./host_git.ts";
import type { RepositoryUrl } from "./repository_url.ts";

/** Before a network error is given a second chance. */
const RETRY_MS = 1_000;

const ALL_TAGS = "+refs/tags/*:refs/tags/*";

export interface MirrorOptions {
  readonly git: HostGit;
  readonly url: RepositoryUrl;
  /** Takes lines for the command's log. */
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** Between two lines that say how far a fetch is; in milliseconds, 5,000 by default. */
  readonly progressMs?: number;
}

/** A bare repository of this host that holds, under the origin's own names, what was fetched of it. */
export class Mirror {
  readonly path: string;
  readonly #options: MirrorOptions;

  /** To be used under the mirror's lock. `path` need not exist. */
  constructor(path: string, options: MirrorOptions) {
    this.path = path;
    this.#options = options;
  }

  /**
   * Brings a revision into the mirror, unless it is there already. Rejects with git's own error, or with one that
   * says which commit is missing.
   */
  async fetch(revision: Revision): Promise<void> {
    const { ref, change, tags } = revision;
    if (!this.exists()) await this.#git(["init", "--quiet", "--bare", "--template="]);
    if (ref) {
      await this.#fetch([`+${ref.remote}:${ref.remote}`, ...tags === "all" ? [ALL_TAGS] : []], revision);
    }
    if (change !== undefined) await this.#fetchChange(change, revision);
  }

  exists(): boolean {
    return existsSync(join(this.path, "HEAD"));
  }

  async remove(): Promise<void> {
    await removeTree(this.path);
  }

  /** Whether all of a commit is here. */
  async #holds(commit: string, { depth }: Revision): Promise<boolean> {
    if (depth === undefined && this.#isShallow()) return false;
    return await this.#options.git.succeeds(this.path, ["cat-file", "-e", `${commit}^{commit}`]);
  }

  /** A commit that no branch leads to any more, or that lies deeper than was fetched, can be asked for by its id. */
  async #fetchChange(change: string, revision: Revision): Promise<void> {
    if (await this.#holds(change, revision)) return await this.#requireAccess(revision);
    try {
      return await this.#fetch([`+${change}:refs/cirrus/${change}`], revision);
    } catch (error) {
      if (fetchFailure(error) !== "missing commit") throw error;
    }
    // Not every server answers that; then it must be in what its branches lead to.
    const { depth: _, ...whole } = revision;
    const wanted = revision.ref ? revision.ref.remote : "refs/heads/*";
    await this.#fetch([`+${wanted}:${wanted}`], whole);
    if (await this.#holds(change, whole)) return;
    throw new Error(
      `The commit ${change} is not in ${this.#options.url.text}: it was removed there, or never pushed`,
    );
  }

  /**
   * Asks the origin something, if nothing else does: what is here already may have been fetched with credentials that
   * the task does not have.
   */
  async #requireAccess({ ref }: Revision): Promise<void> {
    if (ref === undefined) await this.#online(["ls-remote", "--quiet", "--", this.#options.url.text, "HEAD"]);
  }

  async #fetch(refspecs: readonly string[], { tags, depth }: Revision): Promise<void> {
    const { url, log, progressMs } = this.#options;
    const args = [
      ...["fetch", "--quiet", "--no-write-fetch-head"],
      ...tags === "followed" ? [] : ["--no-tags"],
      ...await this.#depthFlags(depth),
      ...["--", url.text, ...refspecs],
    ];
    using _progress = await fetchProgress(this.path, {
      log,
      ...progressMs !== undefined && { everyMs: progressMs },
    });
    await this.#online(args);
  }

  /** Runs what talks to the origin. A network error gets a second chance. */
  async #online(args: readonly string[]): Promise<void> {
    const { url, log, signal } = this.#options;
    try {
      await this.#git(args);
    } catch (error) {
      if (fetchFailure(error) !== "network") throw error;
      log(`Could not reach ${url.text}, trying again`);
      await delay(RETRY_MS, { signal });
      await this.#git(args);
    }
  }

  /** A mirror that once got whole stays so, as that costs little; one of a depth is deepened when all is wanted. */
  async #depthFlags(depth: number | undefined): Promise<string[]> {
    const shallow = this.#isShallow();
    if (depth === undefined) return shallow ? ["--unshallow"] : [];
    return shallow || await this.#isEmpty() ? [`--depth=${depth}`] : [];
  }

  #isShallow(): boolean {
    return existsSync(join(this.path, "shallow"));
  }

  async #isEmpty(): Promise<boolean> {
    return await this.#git(["for-each-ref", "--count=1"]) === "";
  }

  async #git(args: readonly string[]): Promise<string> {
    return await this.#options.git.run(this.path, args);
  }
}
