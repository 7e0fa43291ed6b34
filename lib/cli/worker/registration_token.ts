import { TOKEN_VARIABLE } from "../../worker/options/token_variable.ts";
import type { Io } from "../io.ts";
import { readTokenOfFlag } from "../token_file.ts";
import { UsageError } from "../usage_error.ts";
import type { UpstreamFlags } from "./flags.ts";

/**
 * The pool's registration token: from the flags, else from the environment, so that it need be on no command
 * line. Rejects with a `UsageError` where nothing gives one, and where a file is not fit to hold one.
 */
export async function registrationToken(
  { token, tokenFile }: Pick<UpstreamFlags, "token" | "tokenFile">,
  { environment }: Pick<Io, "environment">,
): Promise<string> {
  const found = token ??
    (tokenFile === undefined
      ? environment.get(TOKEN_VARIABLE)
      : await readTokenOfFlag(tokenFile, { flag: "--token-file" }));
  if (!found) {
    throw new UsageError(
      `The pool's registration token is missing: give it by --token-file, ${TOKEN_VARIABLE} or --token`,
    );
  }
  return found;
}
