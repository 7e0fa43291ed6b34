import { dirname, join } from "node:path";

/**
 * The directory at the top of the repository that a directory is in, or the directory itself where it is in none.
 * It is found without git, which may be missing.
 */
export async function repositoryTop(directory: string): Promise<string> {
  for (let at = directory;; at = dirname(at)) {
    if (await isThere(join(at, ".git"))) return at;
    if (dirname(at) === at) return directory;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}
