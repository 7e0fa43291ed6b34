import { AbortReason } from "../../async/abort_reason.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { removeTree } from "../../machine/local/remove_tree.ts";
import type { Machine } from "../../machine/machine.ts";
import { ToolError } from "../../process/tool_error.ts";
import { machinePaths } from "../machine_paths.ts";
import { TransferMeter } from "../transfer_meter.ts";
import { cloneFailure } from "./clone_failure.ts";
import type { CloneRequest, Revision } from "./clone_request.ts";
import { fetchFailure } from "./fetch_failure.ts";
import { HostGit } from "./host_git.ts";
import { Mirror } from "./mirror.ts";
import type { Mirrors } from "./mirrors.ts";
import type { RepositoryUrl } from "./repository_url.ts";
import { listSubmodules } from "./submodules.ts";
import { TaskRepository } from "./task_repository.ts";

/** How deep submodules may lie in each other. */
const MAX_LEVEL = 10;

export interface CloneOptions {
  readonly machine: Machine;
  /** Absolute path in the machine. */
  readonly directory: string;
  readonly mirrors: Mirrors;
  /** An existing folder of the worker's host, for repositories on their way into the machine. */
  readonly hostDirectory: string;
  /** Takes lines for the command's log. */
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** One repository to deliver, and where. */
interface Part {
  readonly url: RepositoryUrl;
  readonly revision: Revision;
  /** Absolute path in the machine. */
  readonly directory: string;
  /** 0 for the task's own repository, 1 for its submodules... */
  readonly level: number;
}

/**
 * Clones a repository into a machine, which needs no git for that: git runs on this host, where nothing of the
 * repository is ever checked out. Rejects with an error that says which repository and why.
 */
export async function cloneRepository(request: CloneRequest, options: CloneOptions): Promise<void> {
  const { url, revision } = request;
  await new Cloning(request, options).deliver({ url, revision, directory: options.directory, level: 0 });
}

class Cloning {
  readonly #request: CloneRequest;
  readonly #options: CloneOptions;
  readonly #git: HostGit;

  constructor(request: CloneRequest, options: CloneOptions) {
    this.#request = request;
    this.#options = options;
    const { url, credentials } = request;
    this.#git = new HostGit({ kinds: ["https", "http", url.kind], credentials, signal: options.signal });
  }

  async deliver(part: Part): Promise<void> {
    const { hostDirectory, machine, log } = this.#options;
    const { url, revision, directory, level } = part;
    const folder = await Deno.makeTempDir({ dir: hostDirectory, prefix: "clone-" });
    await using _folder = { [Symbol.asyncDispose]: () => removeTree(folder) };
    const repository = new TaskRepository(folder, { git: this.#git });
    await this.#fetch(repository, part);

    const submodules = this.#request.submodules ? await listSubmodules(repository, url) : [];
    await repository.configure({ url, branch: revision.branch, platform: machine.platform, submodules });
    {
      using meter = new TransferMeter("Delivering", { log });
      await this.#unpack(repository, { directory, meter });
      const files = (await repository.countFiles()).toLocaleString("en-US");
      log(`Checked out ${await repository.head()} of ${url.text}: ${files} files, ${meter.text}`);
    }
    const { join } = machinePaths(machine.platform);
    const { depth } = revision;
    for (const { path, commit, url } of submodules) {
      try {
        if (level === MAX_LEVEL) throw new Error(`submodules lie more than ${MAX_LEVEL} deep in each other`);
        await this.deliver({
          url,
          revision: { change: commit, tags: revision.tags, ...depth !== undefined && { depth } },
          directory: join(directory, ...path.split("/")),
          level: level + 1,
        });
      } catch (error) {
        throw new Error(`Cloning the submodule ${path}: ${errorMessage(error)}`, { cause: error });
      }
    }
  }

  /** Brings what is wanted into the mirror and from there into the task's own repository. */
  async #fetch(repository: TaskRepository, { url, revision }: Part): Promise<void> {
    const { mirrors, log, signal } = this.#options;
    log(`Fetching ${revision.ref?.title ?? revision.change} of ${url.text}`);
    const git = this.#git;
    await mirrors.use(url, {
      signal,
      work: async (path) => {
        const mirror = new Mirror(path, { git, url, log, signal });
        try {
          await fetchThrough(mirror, { repository, revision, log, signal });
        } catch (error) {
          signal.throwIfAborted();
          throw await cloneFailure(error, { url, revision, mirror, git });
        }
      },
    });
    try {
      await mirrors.trim();
    } catch (error) {
      log(`Could not make room among the mirrors of the worker's host: ${errorMessage(error)}`);
    }
  }

  /** Puts `.git` and the tree into the machine. What an earlier clone left of `.git` would be a mixture of both. */
  async #unpack(
    repository: TaskRepository,
    { directory, meter }: { directory: string; meter: TransferMeter },
  ): Promise<void> {
    const { machine: { files, platform }, signal } = this.#options;
    await files.remove(machinePaths(platform).join(directory, ".git"));
    const stop = new AbortController();
    const options = { signal: AbortSignal.any([signal, stop.signal]) };
    const unpack = async (tar: Promise<ReadableStream<Uint8Array>>) => {
      try {
        await files.unpack(directory, meter.count(await tar));
      } catch (error) {
        stop.abort(new AbortReason("finished", "The other half of the clone could not be delivered"));
        throw error;
      }
    };
    const halves = [unpack(repository.packTree(options)), unpack(repository.packGit(options))];
    await Promise.allSettled(halves);
    signal.throwIfAborted();
    await Promise.all(halves);
  }
}

/** A mirror that is damaged, or was deleted meanwhile, is made anew. */
async function fetchThrough(
  mirror: Mirror,
  options: {
    repository: TaskRepository;
    revision: Revision;
    log: (line: string) => void;
    signal: AbortSignal;
  },
): Promise<void> {
  const { repository, revision, log, signal } = options;
  const existed = mirror.exists();
  let fetched = false;
  try {
    await mirror.fetch(revision);
    fetched = true;
    return await repository.take(mirror.path, revision);
  } catch (error) {
    signal.throwIfAborted();
    const suspect = error instanceof ToolError && (fetched || fetchFailure(error) === "other");
    // One that was made just now and is still there has nothing to be blamed for.
    const fresh = !existed && mirror.exists();
    if (!suspect || fresh) throw error;
  }
  log("The mirror on the worker's host is damaged: fetching everything anew");
  await mirror.remove();
  await repository.clear();
  await mirror.fetch(revision);
  await repository.take(mirror.path, revision);
}
