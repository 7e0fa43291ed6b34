import { join } from "node:path";
import type { ProjectEntry } from "./project_entry.ts";

/**
 * Everything below a folder, links not followed, without what is no file (sockets, devices) and without what
 * `skip` says yes to; `skip` is given relative paths. What vanishes meanwhile is left out.
 */
export async function* walkFolder(
  folder: string,
  skip: (path: string) => boolean = () => false,
): AsyncGenerator<ProjectEntry> {
  yield* walk("");

  async function* walk(below: string): AsyncGenerator<ProjectEntry> {
    let isEmpty = true;
    for (const { name, isDirectory, isFile, isSymlink } of await list(join(folder, below))) {
      const path = below === "" ? name : `${below}/${name}`;
      isEmpty = false;
      if (skip(path)) continue;
      if (isDirectory) yield* walk(path);
      else if (isSymlink) yield { path, kind: "symlink" };
      else if (isFile) yield { path, kind: "file" };
    }
    if (isEmpty && below !== "") yield { path: below, kind: "empty folder" };
  }
}

async function list(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
