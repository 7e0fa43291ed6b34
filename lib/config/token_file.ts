/** A file that must not hold a token, or holds none. */
export class UnfitTokenFile extends Error {
  override readonly name = "UnfitTokenFile";
}

/**
 * The token in a file that only its owner can read. Rejects with `UnfitTokenFile` where the file is not fit to hold one,
 * and with the system's error where it cannot be read.
 */
export async function readTokenFile(path: string): Promise<string> {
  const { mode, isDirectory } = await Deno.stat(path);
  if (isDirectory) {
    throw new UnfitTokenFile(`Cannot use the token in ${path}: this is a directory; name a file in it`);
  }
  if (mode !== null && (mode & 0o077) !== 0) {
    throw new UnfitTokenFile(`Cannot use the token in ${path}: others can read it; run "chmod 600 ${path}"`);
  }
  const token = (await Deno.readTextFile(path)).trim();
  if (token === "") throw new UnfitTokenFile(`Cannot use the token in ${path}: the file is empty`);
  return token;
}
