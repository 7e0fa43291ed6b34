import { createHash } from "node:crypto";
import { join } from "node:path";
import { removeTree } from "../../machine/local/remove_tree.ts";
import { lockMirror, tryLockMirror } from "./mirror_lock.ts";
import type { RepositoryUrl } from "./repository_url.ts";

/** How much the mirrors of a host may hold together when nothing is configured: 10 GB. */
const DEFAULT_MIRROR_BYTES = 10e9;

export interface MirrorsOptions {
  /** A folder of the worker's host, made when missing. Workers of one host may share it. */
  readonly directory: string;
  /** What all mirrors may hold together; `DEFAULT_MIRROR_BYTES` when absent. */
  readonly maxBytes?: number;
}

const LOCK = ".lock";

/**
 * The mirrors on this host: what was fetched of each repository, so that a clone only fetches what is new. They
 * can be deleted at any time. Processes share them; each mirror is used by one at a time.
 */
export class Mirrors {
  readonly #directory: string;
  readonly #maxBytes: number;

  constructor({ directory, maxBytes = DEFAULT_MIRROR_BYTES }: MirrorsOptions) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  /** Does something with a repository's mirror, which need not exist yet, while nobody else uses it. */
  async use<T>(
    url: RepositoryUrl,
    options: { signal: AbortSignal; work: (path: string) => Promise<T> },
  ): Promise<T> {
    await Deno.mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const path = join(this.#directory, createHash("sha256").update(url.text).digest("hex").slice(0, 32));
    using _lock = await lockMirror(path + LOCK, options);
    await Deno.writeTextFile(path + LOCK, `${url.text}\n`);
    return await options.work(path);
  }

  /** Removes the mirrors that were not used for longest until the rest is within the bound. */
  async trim(): Promise<void> {
    const mirrors = await this.#list();
    let total = mirrors.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { path, bytes } of mirrors) {
      if (total <= this.#maxBytes) return;
      using lock = await tryLockMirror(path + LOCK);
      if (!lock) continue;
      await removeTree(path);
      await Deno.remove(path + LOCK);
      total -= bytes;
    }
  }

  /** Longest unused first: a lock is written to by every use. */
  async #list(): Promise<{ path: string; bytes: number; usedAt: number }[]> {
    const mirrors = [];
    for await (const { name } of Deno.readDir(this.#directory)) {
      if (!name.endsWith(LOCK)) continue;
      const path = join(this.#directory, name.slice(0, -LOCK.length));
      const lock = await Deno.stat(path + LOCK).catch(() => undefined);
      if (lock) mirrors.push({ path, bytes: await sizeOf(path), usedAt: lock.mtime?.getTime() ?? 0 });
    }
    return mirrors.sort((a, b) => a.usedAt - b.usedAt);
  }
}

/** The bytes of all files below a folder. What goes meanwhile, as others fetch, counts nothing. */
async function sizeOf(directory: string): Promise<number> {
  let bytes = 0;
  try {
    for await (const { name, isDirectory } of Deno.readDir(directory)) {
      const path = join(directory, name);
      bytes += isDirectory ? await sizeOf(path) : (await Deno.lstat(path)).size;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return bytes;
}
