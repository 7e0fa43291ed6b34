import { rm } from "node:fs/promises";
import { join } from "node:path";

/** The files by which one worker of this host says that it lives and what it owns. */
export interface OwnerFiles {
  readonly id: string;
  /** Locked by the worker for as long as it lives; the system unlocks it when the worker is killed. */
  readonly lock: string;
  /** What it owns, as JSON. */
  readonly list: string;
  /** What it does, as JSON, for people. */
  readonly status: string;
}

/** The files of one worker, whether they exist or not. */
export function ownerFiles(stateDirectory: string, id: string): OwnerFiles {
  const base = join(ownersDirectory(stateDirectory), id);
  return { id, lock: `${base}.lock`, list: `${base}.list`, status: `${base}.status` };
}

/** The folder of all owners' files. */
export function ownersDirectory(stateDirectory: string): string {
  return join(stateDirectory, "owners");
}

/** Every owner that has a list, dead or alive. */
export async function listOwners(stateDirectory: string): Promise<OwnerFiles[]> {
  const owners: OwnerFiles[] = [];
  try {
    for await (const { name } of Deno.readDir(ownersDirectory(stateDirectory))) {
      if (name.endsWith(".list")) owners.push(ownerFiles(stateDirectory, name.slice(0, -".list".length)));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return owners;
}

const UNFINISHED = ".new";

/**
 * Replaces a file as a whole, so that nobody ever reads half of it. It outlives this process in any case and,
 * when `durable`, a crash of the host in the next moment too, which costs a wait for the disk.
 */
export function replaceFile(path: string, content: string, options: { durable: boolean }): void {
  {
    using file = Deno.openSync(path + UNFINISHED, { write: true, create: true, truncate: true, mode: 0o600 });
    const bytes = new TextEncoder().encode(content);
    for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
    if (options.durable) file.syncDataSync();
  }
  Deno.renameSync(path + UNFINISHED, path);
}

/** Takes an owner's lock, or returns undefined while its worker lives. Dispose it to let go. */
export async function tryLock(files: OwnerFiles): Promise<Disposable | undefined> {
  using resources = new DisposableStack();
  const options = { read: true, write: true, create: true, mode: 0o600 };
  const file = resources.use(await Deno.open(files.lock, options));
  if (!await file.tryLock(true)) return undefined;
  resources.move();
  return file;
}

/** Whether an owner's worker lives. */
export async function isAlive(files: OwnerFiles): Promise<boolean> {
  try {
    using file = await Deno.open(files.lock);
    return !await file.tryLock(false);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Removes all of an owner's files, the lock last; only while it is held. */
export async function removeOwner(files: OwnerFiles): Promise<void> {
  const unfinished = [files.status, files.list].map((path) => path + UNFINISHED);
  for (const path of [...unfinished, files.status, files.list, files.lock]) {
    await rm(path, { force: true });
  }
}
