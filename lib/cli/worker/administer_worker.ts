import { AbortReason } from "../../async/abort_reason.ts";
import {
  type AdministrationResult,
  pauseWorker,
  resumeWorker,
} from "../../worker/upstream/administration.ts";
import { checkCaFile } from "../ca_file.ts";
import { ExitCode, exitCodeOfSignal } from "../exit_code.ts";
import type { Io } from "../io.ts";
import type { UpstreamFlags } from "./flags.ts";
import { readSettings } from "./worker_settings.ts";

/** `cirrus worker pause` */
export async function pause(flags: UpstreamFlags & { readonly wait: boolean }, io: Io): Promise<number> {
  await checkCaFile(flags);
  const { name, upstreams } = await readSettings(flags, io);
  return untilInterrupted(io, async (signal) => {
    const results = await pauseWorker({ name, upstreams, wait: flags.wait, signal });
    const done = flags.wait ? "is paused, and none of its tasks runs" : "is paused";
    await tell(results, { name, done, io });
  });
}

/** `cirrus worker resume` */
export async function resume(flags: UpstreamFlags, io: Io): Promise<number> {
  await checkCaFile(flags);
  const { name, upstreams } = await readSettings(flags, io);
  return untilInterrupted(io, async (signal) => {
    const results = await resumeWorker({ name, upstreams, signal });
    await tell(results, { name, done: "takes tasks again", io });
  });
}

/**
 * Says what came of it. An upstream that does not know the worker is no failure (protocol.md), as scripts pause one
 * before its first start; but the name may be misspelt.
 */
async function tell(
  results: readonly AdministrationResult[],
  { name, done, io }: { readonly name: string; readonly done: string; readonly io: Io },
): Promise<void> {
  for (const { endpoint, outcome } of results) {
    if (outcome === "done") await io.stdout.write(`Worker "${name}" ${done} (${endpoint})\n`);
    else {
      await io.stderr.write(
        `Warning: ${endpoint} does not know a worker "${name}": --name is what it was started with\n`,
      );
    }
  }
}

async function untilInterrupted(io: Io, work: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const interrupted = new AbortController();
  using _ = io.onSignal(
    "SIGINT",
    () => interrupted.abort(new AbortReason("shutdown", "Interrupted from the keyboard")),
  );
  try {
    await work(interrupted.signal);
    return ExitCode.success;
  } catch (error) {
    if (interrupted.signal.aborted) return exitCodeOfSignal("SIGINT");
    throw error;
  }
}
