import { join } from "node:path";
import { formatByteSize } from "../../units/byte_size.ts";
import { ProgressLines, type ProgressOptions } from "../progress_lines.ts";

/**
 * Says every few seconds how much a `git fetch` into a repository has received, until disposed. git writes what comes
 * into `objects/pack/tmp_pack_...` until it is whole.
 */
export async function fetchProgress(repository: string, options: ProgressOptions): Promise<ProgressLines> {
  const packs = join(repository, "objects", "pack");
  // A fetch that was killed has left its own.
  const before = await unfinishedBytes(packs);
  return new ProgressLines(async () => {
    const received = await unfinishedBytes(packs) - before;
    return `Fetching: ${received > 0 ? formatByteSize(received) : "nothing"} received so far`;
  }, options);
}

async function unfinishedBytes(packs: string): Promise<number> {
  let bytes = 0;
  try {
    for await (const { name } of Deno.readDir(packs)) {
      if (name.startsWith("tmp_pack_")) bytes += (await Deno.lstat(join(packs, name))).size;
    }
  } catch (error) {
    // git renames a pack once it is whole, and the folder is missing where a mirror is damaged.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return bytes;
}
