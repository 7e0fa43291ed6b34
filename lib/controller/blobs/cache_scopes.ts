import type { Repository } from "../builds/repository.ts";
import type { CacheScope } from "./cache_storage.ts";

/** Where the tasks of a build look for caches, in this order; what they store goes to the first scope. */
export type CacheScopes = readonly [own: CacheScope, ...others: CacheScope[]];

/**
 * A cache belongs to a repository. Whoever opens a pull request decides what its tasks store, so that goes to the pull
 * request's own scope, which nothing else reads; its tasks also see what the repository's branches stored.
 */
export function cacheScopes({ cloneUrl = "", pullRequest }: Repository): CacheScopes {
  const repository = cloneUrl.replace(/\/$/, "").replace(/\.git$/, "");
  const branches = JSON.stringify([repository]);
  return pullRequest === undefined ? [branches] : [JSON.stringify([repository, pullRequest]), branches];
}
