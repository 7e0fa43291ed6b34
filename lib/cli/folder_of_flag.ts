import { resolve } from "node:path";
import type { Io } from "./io.ts";
import { UsageError } from "./usage_error.ts";

/**
 * The absolute path of the folder that a flag says to write to; it may be missing. Rejects with a `UsageError` where
 * something else is in its place, which would show only when the work is done.
 */
export async function folderOfFlag(
  given: string,
  { flag, workingDirectory }: { readonly flag: string } & Pick<Io, "workingDirectory">,
): Promise<string> {
  const path = resolve(workingDirectory, given);
  const there = await Deno.stat(path).catch(() => undefined);
  if (there === undefined || there.isDirectory) return path;
  throw new UsageError(`Cannot write to ${path}: it is no directory; name one by ${flag}`);
}
