import { join } from "node:path";

/** What the choice of a cache directory depends on. */
export interface CacheDirectoryFacts {
  /** The operating system in Deno's spelling. */
  readonly os: string;
  readonly environment: Pick<typeof Deno.env, "get">;
}

/** Where `cirrus run` keeps the caches of tasks from one run to the next; undefined where the user has no such place. */
export function cacheDirectory({ os, environment }: CacheDirectoryFacts): string | undefined {
  const base = platformFolder(os, (name) => environment.get(name) || undefined);
  return base && join(base, "cirrus", "task-caches");
}

function platformFolder(os: string, get: (name: string) => string | undefined): string | undefined {
  if (os === "windows") return get("LOCALAPPDATA");
  const home = get("HOME");
  if (os === "darwin") return home && join(home, "Library", "Caches");
  return get("XDG_CACHE_HOME") ?? (home && join(home, ".cache"));
}
