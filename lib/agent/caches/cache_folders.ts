import type { CacheInstruction } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Machine } from "../../machine/machine.ts";
import type { TaskEnvironment } from "../environment/task_environment.ts";
import { machinePaths } from "../machine_paths.ts";
import { isGlob, PathGlob } from "../path_glob.ts";

/** Which folders a cache keeps. */
export interface CacheFolders {
  /** Absolute path in the machine: what is in an archive is relative to it. */
  readonly base: string;
  /** Relative to `base`, with `/`; globs among them. */
  readonly paths: readonly string[];
}

export interface CacheFoldersOptions {
  readonly machine: Machine;
  readonly environment: TaskEnvironment;
  readonly workingDirectory: string;
}

/**
 * Reads which folders a cache keeps. One plain folder is its own base and may be anywhere; several, and globs, have
 * the working directory for their base and must be below it. Throws an `Error` that says what to change.
 */
export function cacheFolders(instruction: CacheInstruction, options: CacheFoldersOptions): CacheFolders {
  const { machine, environment, workingDirectory } = options;
  const { resolve, relative, isAbsolute, sep } = machinePaths(machine.platform);
  const written = [instruction.folder, ...instruction.folders]
    .map((folder) => environment.expand(folder.trim())).filter((folder) => folder !== "");
  const [first, ...others] = new Set(written);
  if (first === undefined) {
    throw new Error("Reading which folders to cache: there is none; give the cache a folder");
  }
  if (others.length === 0 && !isGlob(first)) {
    return { base: resolve(workingDirectory, first), paths: ["."] };
  }
  const paths = [first, ...others].map((folder) => {
    const path = relative(workingDirectory, resolve(workingDirectory, folder));
    if (path === "" || path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path)) {
      throw new Error(
        `Reading which folders to cache: ${folder} is not below the working directory ${workingDirectory}, ` +
          "where several folders and globs have to be; give it a cache of its own",
      );
    }
    return path.replaceAll(sep, "/");
  });
  for (const path of paths) if (isGlob(path)) new PathGlob(path);
  return { base: workingDirectory, paths };
}

/** The plain paths of folders that exist, globs replaced by what they match; nothing below another one of them. */
export async function existingPaths(machine: Machine, folders: CacheFolders): Promise<string[]> {
  const found = new Set<string>();
  for (const path of folders.paths) {
    if (!isGlob(path)) {
      if (await exists(machine, folderAt(machine, folders.base, path))) found.add(path);
      continue;
    }
    const glob = new PathGlob(path);
    const below = glob.root === "" ? "" : `${glob.root}/`;
    try {
      for await (const entry of machine.files.list(folderAt(machine, folders.base, glob.root))) {
        if (glob.matches(below + entry.path)) found.add(below + entry.path);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return [...found].filter((path) => !ancestorsOf(path).some((ancestor) => found.has(ancestor))).sort();
}

/** The plain folders that do not exist yet. */
export async function missingPaths(machine: Machine, { base, paths }: CacheFolders): Promise<string[]> {
  const missing: string[] = [];
  for (const path of paths.filter((path) => !isGlob(path)).map((path) => folderAt(machine, base, path))) {
    if (!await exists(machine, path)) missing.push(path);
  }
  return missing;
}

function folderAt(machine: Machine, base: string, path: string): string {
  return machinePaths(machine.platform).join(base, path);
}

function ancestorsOf(path: string): string[] {
  const segments = path.split("/");
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join("/"));
}

async function exists(machine: Machine, folder: string): Promise<boolean> {
  try {
    for await (const _ of machine.files.list(folder)) break;
    return true;
  } catch (error) {
    // A plain file can be kept, too.
    if (error instanceof Deno.errors.NotADirectory) return true;
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
