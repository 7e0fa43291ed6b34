/**
 * The abbreviated commit that a git work tree has checked out, also one that `git worktree` made, whose `.git` is a
 * file; undefined where there is none. `workTree` ends with a slash. Without git and `node:path`, which take
 * longer than all of `--version`.
 */
export function checkedOutCommit(workTree: URL): string | undefined {
  const elsewhere = read(new URL(".git", workTree))?.match(/^gitdir: (.+)$/)?.[1];
  const directory = folder(elsewhere ?? ".git", workTree);
  const head = read(new URL("HEAD", directory));
  const reference = head?.match(/^ref: (.+)$/)?.[1];
  if (reference === undefined) return head?.slice(0, 10);
  // Branches are in the repository that all of its work trees share.
  const shared = folder(read(new URL("commondir", directory)) ?? ".", directory);
  const packed = read(new URL("packed-refs", shared))?.split("\n").find((line) =>
    line.endsWith(` ${reference}`)
  );
  return (read(new URL(`./${escape(reference)}`, shared)) ?? packed)?.slice(0, 10);
}

/** A folder whose path may be absolute or relative to `base`. */
function folder(path: string, base: URL): URL {
  const drive = /^[A-Za-z]:/.test(path) ? "/" : "";
  return new URL(`${drive}${escape(path).replace(/\/$/, "")}/`, base);
}

function escape(path: string): string {
  return encodeURI(path).replace(/[?#]/g, encodeURIComponent);
}

/** The text of a file; undefined where there is no such file. */
function read(path: URL): string | undefined {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch {
    return undefined;
  }
}
