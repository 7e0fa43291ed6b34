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
    await io.stdout.write(results.map((result) => describe(result, { name, done })).join(""));
  });
}

/** `cirrus worker resume` */
export async function resume(flags: UpstreamFlags, io: Io): Promise<number> {
  await checkCaFile(flags);
  const { name, upstreams } = await readSettings(flags, io);
  return untilInterrupted(io, async (signal) => {
    const results = await resumeWorker({ name, upstreams, signal });
    await io.stdout.write(
      results.map((result) => describe(result, { name, done: "takes tasks again" })).join(""),
    );
  });
}

function describe(result: AdministrationResult, { name, done }: { name: string; done: string }): string {
  const { endpoint, outcome } = result;
  if (outcome === "done") return `Worker "${name}" ${done} (${endpoint})\n`;
  return `${endpoint} does not know a worker "${name}": it gets no tasks from there\n`;
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
