import { delimiter, join } from "node:path";

/** Where a program of this name is in the folders of a `PATH`; undefined when it is in none of them. */
export function findProgram(name: string, path: string): string | undefined {
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder || ".", name);
    try {
      const { isFile, mode } = Deno.statSync(candidate);
      if (isFile && (mode === null || mode & 0o111)) return candidate;
    } catch {
      // Not in this one.
    }
  }
  return undefined;
}
