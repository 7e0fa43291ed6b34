import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The directory at the top of the repository that a directory is in, or the directory itself where it is in none.
 * It is found without git, which may be missing.
 */
export function repositoryTop(directory: string): string {
  for (let at = directory;; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return directory;
  }
}
