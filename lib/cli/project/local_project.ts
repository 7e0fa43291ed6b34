import { join } from "node:path";
import type { ProjectSource, ProjectTarget } from "../../agent/project_source.ts";
import { ToolError } from "../../process/tool_error.ts";
import { findRepository, type Repository } from "./git.ts";
import type { ProjectEntry } from "./project_entry.ts";
import { walkFolder } from "./walk_folder.ts";
import { gitDirectoryFiles, kindOf, workTreeFiles } from "./work_tree_files.ts";

interface Delivery extends ProjectTarget {
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Delivers a project of this host to the machines of its tasks, in the place of a clone: what git does not
 * ignore, with changes that are not committed, and the repository's `.git` (scripts ask it for versions and
 * changes, and people know it so from the Go program); everything where there is no repository.
 */
export class LocalProject implements ProjectSource {
  readonly #directory: string;

  /** `directory` is an absolute path. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  async deliver(
    target: ProjectTarget,
    options: { log: (line: string) => void; signal: AbortSignal },
  ): Promise<void> {
    const delivery = { ...target, ...options };
    const repository = await this.#repository(options);
    const files = repository ? workTreeFiles(this.#directory, options) : walkFolder(this.#directory);
    const count = await copy(this.#directory, files, delivery);
    options.log(`Copied ${count === 1 ? "1 file" : `${count} files`} of ${this.#directory}`);
    if (repository?.isTop) await this.#deliverGitDirectory(repository, delivery);
  }

  async #repository({ log, signal }: Pick<Delivery, "log" | "signal">): Promise<Repository | undefined> {
    try {
      return await findRepository(this.#directory, { signal });
    } catch (error) {
      if (!(error instanceof ToolError) || !(error.cause instanceof Deno.errors.NotFound)) throw error;
      log("Copying all files, also those that a repository would ignore: git is not installed");
      return undefined;
    }
  }

  async #deliverGitDirectory(
    { gitDirectory, commonDirectory }: Repository,
    delivery: Delivery,
  ): Promise<void> {
    const inCopy = { ...delivery, directory: `${delivery.directory}/.git` };
    const isFolder = kindOf(join(this.#directory, ".git")) === "folder";
    if (!isFolder && gitDirectory === commonDirectory) {
      return delivery.log("Scripts see no git repository: that of a submodule cannot be copied by itself");
    }
    await copy(commonDirectory, gitDirectoryFiles(commonDirectory), inCopy);
    // A linked work tree has its HEAD and index apart; the copy becomes a repository of its own.
    const own = ["HEAD", "index"].filter((path) => kindOf(join(gitDirectory, path)) === "file");
    if (!isFolder) await copy(gitDirectory, own.map((path) => ({ path, kind: "file" })), inCopy);
  }
}

/** Copies entries of a folder of this host; resolves with the number of files. */
async function copy(
  from: string,
  entries: Iterable<ProjectEntry> | AsyncIterable<ProjectEntry>,
  { machine, directory, signal }: Delivery,
): Promise<number> {
  const emptyFolders: string[] = [];
  let count = 0;
  async function* paths() {
    for await (const { path, kind } of entries) {
      if (kind === "empty folder") emptyFolders.push(path);
      else {
        count++;
        yield path;
      }
    }
  }
  await machine.files.copyFromHost(from, paths(), directory, { signal });
  for (const path of emptyFolders) await machine.files.makeDirectory(`${directory}/${path}`);
  return count;
}
