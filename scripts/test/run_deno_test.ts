import { within } from "../../lib/async/within.ts";
import { errorMessage } from "../../lib/diagnostics/error_message.ts";
import { countTests, type TestCounts } from "./count_tests.ts";
import { relayLines } from "./relay_lines.ts";

export interface DenoTestOptions {
  /** The folder to run in. */
  readonly cwd: string;
  /** Ends the tests; its reason is told, and which of them still run. */
  readonly signal: AbortSignal;
  /** Gets each line of what is printed. Without it, all goes to where this program prints. */
  readonly write?: (line: string) => void;
}

/** How long `deno test` has to say which tests still run and to write its report, in milliseconds. */
const LAST_WORDS_MS = 10_000;

/** Runs `deno test` and counts its tests. One at least counts as failed when it fails as a whole or is ended. */
export async function runDenoTest(args: readonly string[], options: DenoTestOptions): Promise<TestCounts> {
  const { cwd, signal, write } = options;
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    const output = write ? "piped" : "inherit";
    const child = new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", `--junit-path=${report}`, ...args],
      cwd,
      stdout: output,
      stderr: output,
    }).spawn();
    const end = () => endTests(child);
    signal.addEventListener("abort", end);
    const relayed = write &&
      Promise.all([child.stdout, child.stderr].map((stream) => relayLines(stream, write)));
    const { success } = await child.status;
    signal.removeEventListener("abort", end);
    await relayed;
    if (signal.aborted) {
      (write ?? console.error)(
        `${errorMessage(signal.reason)}: what is pending above, or else the last test, hangs`,
      );
    }
    const { passed, failed, skipped } = countTests(await Deno.readTextFile(report));
    // What fails before a test begins, such as a type error, is in no report.
    return { passed, failed: success ? failed : Math.max(failed, 1), skipped };
  } finally {
    await Deno.remove(report);
  }
}

/** Asked so, `deno test` names the tests that still run, and counts them with those that have ended. */
async function endTests(child: Deno.ChildProcess): Promise<void> {
  child.kill("SIGINT");
  if (!await within(child.status, LAST_WORDS_MS)) child.kill("SIGKILL");
}
