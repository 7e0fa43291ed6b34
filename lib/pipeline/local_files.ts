import { join, posix, relative } from "node:path";
import type { ProjectFiles } from "./project_files.ts";

/** The files below a directory of this machine; symbolic links that lead out of it are refused. */
export function localFiles(directory: string): ProjectFiles {
  return {
    async read(path) {
      const file = await realPath(directory, path);
      const { isFile } = await Deno.stat(file);
      if (!isFile) throw new Error("it is no file");
      return await Deno.readFile(file);
    },
    async list(path) {
      const file = await realPath(directory, path);
      const { isDirectory } = await Deno.stat(file);
      return isDirectory ? Array.from(Deno.readDirSync(file), ({ name }) => name) : undefined;
    },
  };
}

async function realPath(directory: string, path: string): Promise<string> {
  const root = await Deno.realPath(directory);
  // A path that starts with `/` or climbs above the root stays below it.
  const file = await Deno.realPath(join(root, posix.resolve("/", path)));
  if (relative(root, file).split(/[\\/]/)[0] === "..") throw new Error("it is outside of the project");
  return file;
}
