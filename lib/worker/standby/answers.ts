import { withGrace } from "../../async/grace.ts";
import type { Machine } from "../../machine/machine.ts";
import { succeeded } from "../../process/exit_status.ts";

/** A machine that is well answers in a few milliseconds. */
const WITHIN_MS = 3_000;

/** Whether programs can be run in a machine that nobody has used for a while. */
export async function answers(machine: Machine): Promise<boolean> {
  try {
    return await withGrace("an idle machine", WITHIN_MS, async (signal) => {
      const command = { argv: ["true"], environment: machine.environment, workingDirectory: "/" } as const;
      const process = await machine.spawn(command, { signal });
      await process.output.cancel();
      return succeeded(await process.status);
    });
  } catch {
    return false;
  }
}
