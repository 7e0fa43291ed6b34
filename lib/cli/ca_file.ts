import { errorMessage } from "../diagnostics/error_message.ts";
import { UsageError } from "./usage_error.ts";

/** Rejects with a `UsageError` when the file of `--ca-file` is none of certificate authorities. */
export async function checkCaFile({ caFile }: { readonly caFile?: string }): Promise<void> {
  if (caFile === undefined) return;
  const { trustedRoots } = await import("../rpc/trusted_roots.ts");
  try {
    await trustedRoots({ caFile });
  } catch (error) {
    throw new UsageError(errorMessage(error), { cause: error });
  }
}
