import { errorMessage } from "../diagnostics/error_message.ts";
import { UsageError } from "./usage_error.ts";

/**
 * The token in a file that only its owner can read. `flag` is what named the file. Rejects with a `UsageError` where the
 * file is not fit to hold one.
 */
export async function readTokenFile(path: string, { flag }: { readonly flag: string }): Promise<string> {
  try {
    const { mode } = await Deno.stat(path);
    if (mode !== null && (mode & 0o077) !== 0) {
      throw new UsageError(`Cannot use the token in ${path}: others can read it; run "chmod 600 ${path}"`);
    }
    const token = (await Deno.readTextFile(path)).trim();
    if (token === "") throw new UsageError(`Cannot use the token in ${path}: the file is empty`);
    return token;
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof Error)) throw error;
    throw new UsageError(`Cannot read the file of ${flag}: ${errorMessage(error)}`, { cause: error });
  }
}
