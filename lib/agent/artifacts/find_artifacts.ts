import type { Machine } from "../../machine/machine.ts";
import { machinePaths } from "../machine_paths.ts";
import { isGlob, PathGlob } from "../path_glob.ts";
import { linkedPlace } from "./linked_place.ts";

/** A file to upload. */
export interface ArtifactFile {
  /** Relative to the working directory, with `/`. */
  readonly path: string;
  /** In bytes, when it was found. */
  readonly size: number;
}

/** What a pattern matches. */
export interface FoundArtifacts {
  readonly files: readonly ArtifactFile[];
  /** What matches too but is no file that can be read: `out/link is a link`. */
  readonly skipped: readonly string[];
}

export interface FindOptions {
  readonly machine: Machine;
  /** Absolute path in the machine. */
  readonly workingDirectory: string;
  readonly signal: AbortSignal;
}

/**
 * Finds the files below the working directory that match a pattern, in the order of their names; folders are left out.
 * Rejects when the pattern leads outside the working directory, be it by a link that it names itself. Other links are
 * not followed: where they lead, the worker's user may see more than the task does.
 */
export async function findArtifacts(
  pattern: string,
  { machine, workingDirectory, signal }: FindOptions,
): Promise<FoundArtifacts> {
  const { resolve, relative, isAbsolute, join, sep } = machinePaths(machine.platform);
  const refuse = (is: string) => {
    throw new Error(
      `Looking for artifacts: ${pattern} ${is} outside the working directory ${workingDirectory}; copy what is to be ` +
        "kept into it",
    );
  };
  const path = relative(workingDirectory, resolve(workingDirectory, pattern)).replaceAll(sep, "/");
  if (path === ".." || path.startsWith("../") || isAbsolute(path)) refuse("is");
  const glob = new PathGlob(path);
  const root = isGlob(path) ? glob.root : path.split("/").slice(0, -1).join("/");
  if (root !== "") {
    const place = await linkedPlace(join(workingDirectory, root), { machine, top: workingDirectory, signal });
    if (place !== undefined) refuse(`leads by a link to ${place},`);
  }
  const below = root === "" ? "" : `${root}/`;
  const files: ArtifactFile[] = [];
  const skipped: string[] = [];
  try {
    for await (const entry of machine.files.list(join(workingDirectory, root))) {
      const found = below + entry.path;
      if (!glob.matches(found)) continue;
      if (entry.kind === "file") files.push({ path: found, size: entry.size });
      else if (entry.kind === "symlink") skipped.push(`${found} is a link`);
      else if (entry.kind === "other") skipped.push(`${found} is no file, or its name is not UTF-8`);
    }
  } catch (error) {
    const nothing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    if (!nothing) throw error;
  }
  return { files: files.sort((a, b) => a.path < b.path ? -1 : 1), skipped };
}
