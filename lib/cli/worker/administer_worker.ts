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
    return await tell(results, { name, done, io });
  });
}

/** `cirrus worker resume` */
export async function resume(flags: UpstreamFlags, io: Io): Promise<number> {
  await checkCaFile(flags);
  const { name, upstreams } = await readSettings(flags, io);
  return untilInterrupted(io, async (signal) => {
    const results = await resumeWorker({ name, upstreams, signal });
    return await tell(results, { name, done: "takes tasks again", io });
  });
}

/** Says what came of it; a worker that nobody knows is a misspelt one. */
async function tell(
  results: readonly AdministrationResult[],
  { io, ...options }: { readonly name: string; readonly done: string; readonly io: Io },
): Promise<number> {
  const text = results.map((result) => describe(result, options)).join("");
  if (results.some(({ outcome }) => outcome === "done")) {
    await io.stdout.write(text);
    return ExitCode.success;
  }
  await io.stderr.write(text);
  return ExitCode.failure;
}

function describe(result: AdministrationResult, { name, done }: { name: string; done: string }): string {
  const { endpoint, outcome } = result;
  if (outcome === "done") return `Worker "${name}" ${done} (${endpoint})\n`;
  return `${endpoint} does not know a worker "${name}": --name is what it was started with\n`;
}

async function untilInterrupted(io: Io, work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const interrupted = new AbortController();
  using _ = io.onSignal(
    "SIGINT",
    () => interrupted.abort(new AbortReason("shutdown", "Interrupted from the keyboard")),
  );
  try {
    return await work(interrupted.signal);
  } catch (error) {
    if (interrupted.signal.aborted) return exitCodeOfSignal("SIGINT");
    throw error;
  }
}
