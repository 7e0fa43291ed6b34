import { isAbsolute, join, relative, sep } from "node:path";
import type { ProjectFiles } from "./project_files.ts";

/**
 * The files of this machine by paths relative to `directory`, as far as they are in `boundary`: what climbs out of
 * that, or leads out of it by a symbolic link, is refused.
 */
export function localFiles(
  directory: string,
  { boundary = directory }: { boundary?: string } = {},
): ProjectFiles {
  return {
    async read(path) {
      const file = await realPath(join(directory, path), boundary);
      const { isFile } = await Deno.stat(file);
      if (!isFile) throw new Error("it is no file");
      return await Deno.readFile(file);
    },
    async list(path) {
      const file = await realPath(join(directory, path), boundary);
      const { isDirectory } = await Deno.stat(file);
      return isDirectory ? Array.from(Deno.readDirSync(file), ({ name }) => name) : undefined;
    },
  };
}

async function realPath(path: string, boundary: string): Promise<string> {
  const top = await Deno.realPath(boundary);
  const file = await Deno.realPath(path);
  const fromTop = relative(top, file);
  // Between the drives of Windows there is no relative path.
  if (isAbsolute(fromTop) || fromTop.split(sep)[0] === "..") throw new Error("it is outside of the project");
  return file;
}
