import { readHead } from "../../process/read_head.ts";
import { describeStatus, succeeded } from "../../process/exit_status.ts";
import type { Machine } from "../../machine/machine.ts";

/** How long one of our own commands may take in a guest that has just booted. */
const TIMEOUT_MS = 30_000;

/** What is quoted of a command's output. */
const OUTPUT_BYTES = 500;

/** Runs a command of ours in a guest. Rejects, with what it printed, when it ends otherwise than with 0. */
export async function runInGuest(
  machine: Machine,
  argv: readonly [string, ...string[]],
  signal: AbortSignal,
): Promise<void> {
  const stop = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const { environment } = machine;
  const process = await machine.spawn({ argv, environment, workingDirectory: "/" }, { signal: stop });
  const output = (await readHead(process.output, OUTPUT_BYTES)).trim().replaceAll(/\s*\n\s*/g, "; ");
  const status = await process.status;
  signal.throwIfAborted();
  if (stop.aborted) throw new Error(`${argv[0]} was not done within ${TIMEOUT_MS / 1000} s`);
  if (!succeeded(status)) throw new Error(`${argv[0]}: ${describeStatus(status)}: ${output}`);
}
