import { AbortReason } from "../../async/abort_reason.ts";
import { delay } from "../../async/delay.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { VmCommands } from "./vm_commands.ts";

/** Between two tries, for where the program does not wait itself. */
const PAUSE_MS = 1_000;

/** Waits until a VM that boots has an address. Rejects when that takes too long, with the program's last words. */
export async function waitForAddress(
  name: string,
  { commands, signal }: { commands: VmCommands; signal: AbortSignal },
): Promise<string> {
  const { addressMs } = commands.bounds;
  const deadline = AbortSignal.timeout(addressMs);
  const stop = AbortSignal.any([signal, deadline]);
  let problem = "";
  while (!stop.aborted) {
    try {
      return await commands.address(name, stop);
    } catch (error) {
      if (!stop.aborted) problem = errorMessage(error);
      await delay(PAUSE_MS, { signal: stop }).catch(() => {});
    }
  }
  signal.throwIfAborted();
  const words = problem === "" ? "" : `: ${problem}`;
  throw new AbortReason(
    "timeout",
    `The VM ${name} got no address within ${
      addressMs / 1000
    } s${words}; look whether its image boots on this host`,
  );
}
