import { readTokenFile, UnfitTokenFile } from "../config/token_file.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import { UsageError } from "./usage_error.ts";

/**
 * The token in the file that a flag names. Rejects with a `UsageError` where it is not fit to hold one or cannot be read.
 */
export async function readTokenOfFlag(path: string, { flag }: { readonly flag: string }): Promise<string> {
  try {
    return await readTokenFile(path);
  } catch (error) {
    const why = errorMessage(error);
    const message = error instanceof UnfitTokenFile ? why : `Cannot read the file of ${flag}: ${why}`;
    throw new UsageError(message, { cause: error });
  }
}
