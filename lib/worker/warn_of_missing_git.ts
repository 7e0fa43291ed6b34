import { GitMissing } from "../agent/clone/git_missing.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import type { Logger } from "../logging/logger.ts";
import { runCommand } from "../process/run_command.ts";

/** How long `git --version` may take on a busy host. */
const TIMEOUT_MS = 30_000;

/** Says in the log when this host's git is missing or does not work: tasks that clone would fail. Never rejects. */
export async function warnOfMissingGit(logger: Logger): Promise<void> {
  try {
    await runCommand(["git", "--version"], { timeoutMs: TIMEOUT_MS });
  } catch (error) {
    logger.warning(`tasks that clone will fail: ${errorMessage(GitMissing.of(error) ?? error)}`);
  }
}
