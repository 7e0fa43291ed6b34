import { checkCaFile } from "../ca_file.ts";
import { Interruption } from "../interruption.ts";
import type { Io } from "../io.ts";
import { UsageError } from "../usage_error.ts";
import type { AccessFlags } from "./access_flags.ts";
import { ControllerClient } from "./controller_client.ts";
import { ControllerError } from "./controller_error.ts";
import { findController } from "./find_controller.ts";

/** What a controller refuses that the person has to correct first. */
const MISUSE: ReadonlySet<ControllerError["code"]> = new Set([
  "invalid_request",
  "invalid_definition",
  "unauthorized",
  "not_found",
  "conflict",
  "payload_too_large",
]);

/**
 * Does the work of a command that asks a controller, until a signal ends it. Resolves with the exit code: the work's own,
 * or the signal's.
 */
export async function withController(
  { flags, io }: { readonly flags: AccessFlags; readonly io: Io },
  work: (client: ControllerClient, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  using interruption = new Interruption(io);
  const signal = interruption.asked;
  await checkCaFile(flags);
  try {
    using client = await ControllerClient.open(await findController(flags, io), { signal });
    return await work(client, signal);
  } catch (error) {
    // What an interruption breaks off is no failure of its own.
    if (interruption.exitCode !== undefined) return interruption.exitCode;
    if (!(error instanceof ControllerError) || !MISUSE.has(error.code)) throw error;
    const shown = error.diagnostics.map(({ text }) => text);
    throw new UsageError(shown.length > 0 ? shown.join("\n") : error.message, { cause: error });
  }
}
