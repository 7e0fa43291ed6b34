import { dirname, join, normalize, sep } from "node:path";

/** How many files are copied at once: enough to keep the disk busy, too few to take every thread. */
const AT_ONCE = 8;

export interface CopyRequest {
  readonly from: string;
  /** Files and symbolic links, relative to `from`. */
  readonly paths: AsyncIterable<string>;
  /** Created when missing. */
  readonly to: string;
}

/**
 * Copies files with their modes, as reflinks where the file system has them, and symbolic links as they are, by
 * the operating system's own copy. Rejects with the first failure; what was copied by then stays.
 */
export async function copyFiles(request: CopyRequest, options: { signal: AbortSignal }): Promise<void> {
  const { from, to } = request;
  const paths = request.paths[Symbol.asyncIterator]();
  const makeFolder = folderMaker();
  await makeFolder(to);

  const copyOne = async (path: string) => {
    const target = join(to, path);
    if (normalize(path).split(sep)[0] === "..") throw new Error(`Copying ${path}: it is outside ${from}`);
    await makeFolder(dirname(target));
    const source = join(from, path);
    try {
      const { isSymlink } = await Deno.lstat(source);
      if (isSymlink) await Deno.symlink(await Deno.readLink(source), target);
      else await Deno.copyFile(source, target);
    } catch (error) {
      throw path.includes("\u{FFFD}")
        ? new Error(`Copying ${path}: its name is not UTF-8; rename it`, { cause: error })
        : error;
    }
  };
  const copyNext = async () => {
    for (let next = await paths.next(); !next.done; next = await paths.next()) {
      options.signal.throwIfAborted();
      await copyOne(next.value);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, copyNext));
}

/** Makes each folder once, however many files ask for it. */
function folderMaker(): (path: string) => Promise<void> {
  const made = new Map<string, Promise<void>>();
  return (path) => {
    let making = made.get(path);
    if (!making) made.set(path, making = Deno.mkdir(path, { recursive: true }));
    return making;
  };
}
