import { join } from "node:path";

/**
 * Makes a new file that is to get its name once it is complete. It is locked while it is written: one that is not locked
 * belongs to a process that was killed.
 */
export async function createDraft(path: string): Promise<Deno.FsFile> {
  for (;;) {
    using resources = new DisposableStack();
    const file = resources.use(await Deno.open(path, { createNew: true, write: true, mode: 0o600 }));
    await file.lock(true);
    // Until it was locked it could be taken for a leftover.
    if ((await file.stat()).nlink === 0) continue;
    resources.move();
    return file;
  }
}

/** Removes the files of a folder, which need not exist, that nobody writes any more. */
export async function removeAbandonedDrafts(directory: string): Promise<void> {
  try {
    for await (const { name, isFile } of Deno.readDir(directory)) {
      if (isFile) await removeIfAbandoned(join(directory, name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function removeIfAbandoned(path: string): Promise<void> {
  try {
    using file = await Deno.open(path, { write: true });
    if (await file.tryLock(true)) await Deno.remove(path);
  } catch (error) {
    // Its writer gave it its name meanwhile.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
