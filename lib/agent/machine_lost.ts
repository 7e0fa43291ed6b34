import { AbortReason } from "../async/abort_reason.ts";
import { errorMessage } from "../diagnostics/error_message.ts";

/** The machine broke down under the task: nothing can be run in it any more. */
export class MachineLost extends Error {
  override readonly name = "MachineLost";

  constructor(cause: unknown) {
    super(`The machine was lost: ${errorMessage(cause)}`, { cause });
  }
}

/** What a machine's failure means: whoever watches a machine ends its work with a reason of kind `lost`. */
export function asMachineLost(error: unknown): MachineLost | undefined {
  if (error instanceof MachineLost) return error;
  return error instanceof AbortReason && error.kind === "lost" ? new MachineLost(error) : undefined;
}
