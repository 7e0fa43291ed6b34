import { join, posix } from "node:path";
import type { CopyRequest } from "../local/copy_files.ts";
import type { MachineFiles } from "../machine.ts";

export interface CopyTarget {
  readonly files: Pick<MachineFiles, "makeDirectory" | "write">;
  /** Makes a symbolic link at `path`. */
  readonly link: (path: string, target: string) => Promise<void>;
}

/** Copies files of this host into a machine that cannot take an archive: with their modes, links as they are. */
export async function copyOneByOne(
  request: CopyRequest,
  { files, link, signal }: CopyTarget & { signal: AbortSignal },
): Promise<void> {
  const { from, to } = request;
  const made = new Set<string>();
  const makeFolder = async (path: string) => {
    if (!made.has(path)) await files.makeDirectory(path);
    made.add(path);
  };
  await makeFolder(to);
  for await (const path of request.paths) {
    signal.throwIfAborted();
    const [source, target] = [join(from, path), posix.join(to, path)];
    if (!target.startsWith(posix.join(to, "/"))) throw new Error(`Copying ${path}: it is outside ${from}`);
    await makeFolder(posix.dirname(target));
    const { isSymlink, mode } = await Deno.lstat(source);
    if (isSymlink) await link(target, await Deno.readLink(source));
    else await files.write(target, (await Deno.open(source)).readable, { mode: (mode ?? 0o644) & 0o777 });
  }
}
