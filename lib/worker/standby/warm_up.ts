import type { StandbyInstanceParameters_Warmup } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { AbortReason } from "../../async/abort_reason.ts";
import type { Logger } from "../../logging/logger.ts";
import type { Machine } from "../../machine/machine.ts";
import { describeStatus, succeeded } from "../../process/exit_status.ts";
import { readHead } from "../../process/read_head.ts";

/** A script without a timeout of its own gets this, in seconds. */
const TIMEOUT_SECONDS = 3_600;

/** What is quoted of a script's output. */
const OUTPUT_BYTES = 2_000;

/**
 * Runs a warm-up script in a machine as the Go worker does: by its user's shell, in the home folder. One that runs out
 * of time is ended, which is logged and otherwise fine. Rejects when it fails, and with the signal's reason when that
 * aborts.
 */
export async function warmUp(
  machine: Machine,
  { warmup, signal, logger }: {
    warmup: StandbyInstanceParameters_Warmup;
    signal: AbortSignal;
    logger: Logger;
  },
): Promise<void> {
  const seconds = Number(warmup.timeoutSeconds) || TIMEOUT_SECONDS;
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new AbortReason("timeout", `The warm-up script took longer than ${seconds} s`)),
    seconds * 1000,
  );
  try {
    const { environment } = machine;
    const process = await machine.spawn({
      argv: [environment.get("SHELL") ?? "/bin/sh", "-c", warmup.script],
      environment,
      workingDirectory: environment.get("HOME") ?? "/",
    }, { signal: AbortSignal.any([signal, late.signal]) });
    const output = await readHead(process.output, OUTPUT_BYTES);
    const status = await process.status;
    signal.throwIfAborted();
    if (late.signal.aborted) {
      logger.warning(`the warm-up script of the standby instance was ended after ${seconds} s: going on`);
    } else if (!succeeded(status)) {
      throw new Error(`The warm-up script failed with ${describeStatus(status)}: ${output.trim()}`);
    }
  } finally {
    clearTimeout(timer);
  }
}
