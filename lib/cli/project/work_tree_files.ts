import { join } from "node:path";
import { git } from "./git.ts";
import type { ProjectEntry } from "./project_entry.ts";
import { walkFolder } from "./walk_folder.ts";

/**
 * What git does not ignore below a directory of a repository, as it is now: with changes that are not committed
 * and new files, without deleted ones. Submodules and repositories inside of this one are listed in the same
 * way, each with its `.git`. The `.git` of the directory itself is not part of it.
 */
export async function* workTreeFiles(
  directory: string,
  options: { signal: AbortSignal },
): AsyncGenerator<ProjectEntry> {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const listed = await git(args, { directory, ...options });
  for (const listedPath of listed.split("\0")) {
    // A repository inside of this one is listed as a folder.
    const path = listedPath.replace(/\/$/, "");
    const kind = path === "" ? "missing" : kindOf(join(directory, path));
    if (kind === "file" || kind === "symlink") yield { path, kind };
    else if (kind === "folder") yield* below(path, repositoryFiles(join(directory, path), options));
  }
}

/** A nested repository with its `.git`; nothing where there is none yet, as in a submodule that is not set up. */
async function* repositoryFiles(
  directory: string,
  options: { signal: AbortSignal },
): AsyncGenerator<ProjectEntry> {
  const kind = kindOf(join(directory, ".git"));
  if (kind === "missing") return;
  if (kind === "file") yield { path: ".git", kind };
  if (kind === "folder") yield* below(".git", gitDirectoryFiles(join(directory, ".git")));
  yield* workTreeFiles(directory, options);
}

/** What a git directory consists of, without locks of a git that runs now and without linked work trees. */
export function gitDirectoryFiles(directory: string): AsyncGenerator<ProjectEntry> {
  return walkFolder(directory, (path) => path.endsWith(".lock") || path === "worktrees");
}

/** The same entries, seen from the folder that `path` is relative to. */
async function* below(path: string, entries: AsyncIterable<ProjectEntry>): AsyncGenerator<ProjectEntry> {
  for await (const entry of entries) yield { ...entry, path: `${path}/${entry.path}` };
}

/** What stands at a path now. Synchronous: ten times as fast, and there may be very many. */
export function kindOf(path: string): "file" | "symlink" | "folder" | "other" | "missing" {
  try {
    const { isFile, isSymlink, isDirectory } = Deno.lstatSync(path);
    return isFile ? "file" : isSymlink ? "symlink" : isDirectory ? "folder" : "other";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return "missing";
    throw error;
  }
}
