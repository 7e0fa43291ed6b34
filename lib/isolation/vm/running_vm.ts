import { AbortReason } from "../../async/abort_reason.ts";
import { within } from "../../async/within.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { describeStatus } from "../../process/exit_status.ts";
import type { ResourceLedger } from "../isolation.ts";
import { readConsole } from "./console.ts";
import type { VmCommands } from "./vm_commands.ts";

/** How long `run` may still take once the VM has stopped. */
const ENDS_WITHIN_MS = 2_000;

/** A VM that runs. Disposing it stops it. */
export interface RunningVm extends AsyncDisposable {
  /** Aborts when the VM ends, with a reason of kind `lost` that has the program's first words. */
  readonly ended: AbortSignal;
}

export interface RunOptions {
  readonly commands: VmCommands;
  readonly arguments: readonly string[];
  readonly ledger: ResourceLedger;
  /** Called with each line that the program prints, which is the VM's console. */
  readonly onLine: (line: string) => void;
}

/** Starts a VM that was cloned; it need not have booted yet when this resolves. */
export async function runVm(name: string, options: RunOptions): Promise<RunningVm> {
  const { commands, ledger, onLine } = options;
  const stop = new AbortController();
  const ended = new AbortController();
  const mark = `cirrus/${crypto.randomUUID()}`;
  const claim = await ledger.claim({ kind: "processes", mark });
  const run = { arguments: options.arguments, mark, signal: stop.signal };
  const process = await commands.run(name, run).catch(async (error) => {
    await claim[Symbol.asyncDispose]();
    throw error;
  });
  const over = (async () => {
    const words = await readConsole(process.output, onLine);
    const status = `${commands.program.name} run: ${describeStatus(await process.status)}`;
    return words.length === 0 ? status : `${status}: ${words.join(" ... ")}`;
  })().catch(errorMessage).then((how) =>
    ended.abort(new AbortReason("lost", `The VM ${name} has ended too early: ${how}`))
  );
  return {
    ended: ended.signal,
    async [Symbol.asyncDispose]() {
      // What cannot be stopped, as it has not come so far, need not be waited for.
      const isStopped = ended.signal.aborted || await commands.stop(name).then(() => true, () => false);
      if (!isStopped || !await within(over, ENDS_WITHIN_MS)) {
        stop.abort(new AbortReason("finished", "The VM is not needed any more"));
        await over;
      }
      await claim[Symbol.asyncDispose]();
    },
  };
}
