import type { FileEntry, FileKind } from "../machine.ts";

/**
 * Everything below a folder, what is in a folder before the folder itself, links not followed. What vanishes
 * meanwhile is left out; a name that is not UTF-8 cannot be looked at and counts as `other`.
 */
export async function* listTree(root: string, below = ""): AsyncGenerator<FileEntry> {
  for await (const { name, isDirectory } of Deno.readDir(`${root}/${below}`)) {
    const path = below + name;
    const info = await lstatOrUndefined(`${root}/${path}`);
    if (!info && !name.includes("\u{FFFD}")) continue;
    if (info && isDirectory) yield* listTree(root, `${path}/`);
    yield {
      path,
      kind: info ? kindOf(info) : "other",
      size: info?.isFile ? info.size : 0,
      mode: (info?.mode ?? 0) & 0o7777,
    };
  }
}

function kindOf(info: Deno.FileInfo): FileKind {
  if (info.isSymlink) return "symlink";
  if (info.isDirectory) return "directory";
  return info.isFile ? "file" : "other";
}

async function lstatOrUndefined(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
