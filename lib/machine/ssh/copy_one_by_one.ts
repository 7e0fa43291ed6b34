import { join, posix } from "node:path";
import type { CopyRequest } from "../local/copy_files.ts";
import type { MachineFiles } from "../machine.ts";

/** Each file is a session of its own, most of which is waiting; an sshd allows ten on one connection. */
const AT_ONCE = 8;

export interface CopyTarget {
  readonly files: Pick<MachineFiles, "makeDirectory" | "write">;
  /** Makes a symbolic link at `path`. */
  readonly link: (path: string, target: string) => Promise<void>;
}

/** Copies files of this host into a machine that cannot take an archive: with their modes, links as they are. */
export async function copyOneByOne(
  request: CopyRequest,
  options: CopyTarget & { signal: AbortSignal },
): Promise<void> {
  const { from, to } = request;
  const { files, link } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const made = new Map<string, Promise<void>>();
  const makeFolder = (path: string) => {
    const making = made.get(path) ?? files.makeDirectory(path);
    made.set(path, making);
    return making;
  };
  const copy = async (path: string) => {
    const [source, target] = [join(from, path), posix.join(to, path)];
    if (!target.startsWith(posix.join(to, "/"))) throw new Error(`Copying ${path}: it is outside ${from}`);
    await makeFolder(posix.dirname(target));
    const { isSymlink, mode } = await Deno.lstat(source);
    if (isSymlink) await link(target, await Deno.readLink(source));
    else await files.write(target, (await Deno.open(source)).readable, { mode: (mode ?? 0o644) & 0o777 });
  };
  const paths = request.paths[Symbol.asyncIterator]();
  const copyOn = async () => {
    for (let next; !(next = await paths.next()).done;) {
      signal.throwIfAborted();
      await copy(next.value);
    }
  };
  await makeFolder(to);
  const copying = Array.from({ length: AT_ONCE }, async () => {
    try {
      await copyOn();
    } catch (error) {
      failed.abort(error);
    }
  });
  await Promise.all(copying);
  signal.throwIfAborted();
}
