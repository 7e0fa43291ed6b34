import { errorMessage } from "../../diagnostics/error_message.ts";
import { findUser } from "../../process/user/find_user.ts";
import { runProgramsAs } from "../../process/user/program_user.ts";
import { runCommand } from "../../process/run_command.ts";
import { UsageError } from "../usage_error.ts";
import type { WorkerRunFlags } from "./flags.ts";

/** Obeys `--user`: from here on programs run as that user. Throws a `UsageError` where they cannot. */
export async function applyUserFlags(
  { user, userCoarseGrained }: Pick<WorkerRunFlags, "user" | "userCoarseGrained">,
): Promise<void> {
  if (user === undefined) {
    if (userCoarseGrained) throw new UsageError("--user-coarse-grained says nothing without --user: add it");
    return;
  }
  if (Deno.uid() !== 0) {
    throw new UsageError(
      "Cannot run programs as another user: --user takes a worker that is started as root; start it so, or without --user",
    );
  }
  try {
    runProgramsAs(await findUser(user));
    await runCommand(["/bin/sh", "-c", "exit 0"], { timeoutMs: 30_000 });
  } catch (error) {
    throw new UsageError(`Cannot run programs as the user of --user: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}
