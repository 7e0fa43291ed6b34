import { once } from "node:events";
import type { Logger } from "../../logging/logger.ts";
import { ExitCode } from "../exit_code.ts";
import type { Interruption } from "../interruption.ts";

/** Something that serves until it is closed; closing it again with less grace cuts calls off earlier. */
export interface Closable {
  close(options: { readonly graceMs: number }): Promise<void>;
}

/** How long calls may go on once the program was asked to end, in milliseconds. */
const CLOSE_MS = 10_000;

/**
 * Lets something serve until the first signal, then lets its calls end; the second signal cuts them off. Resolves with the
 * program's exit code.
 */
export async function closeWhenAsked(
  served: Closable,
  { interruption, logger }: { readonly interruption: Interruption; readonly logger: Logger },
): Promise<number> {
  const { asked, forced } = interruption;
  if (!asked.aborted) await once(asked, "abort");
  logger.info(
    `received ${interruption.signal}: no more tasks are given out; ending once calls have, within ` +
      `${CLOSE_MS / 1_000} s; a second signal ends at once`,
  );
  const cutOff = () => served.close({ graceMs: 0 }).catch(() => {});
  forced.addEventListener("abort", cutOff);
  if (forced.aborted) cutOff();
  await served.close({ graceMs: CLOSE_MS });
  return forced.aborted ? interruption.exitCode ?? ExitCode.failure : ExitCode.success;
}
