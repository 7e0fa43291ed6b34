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

/** How long what tests have left running may hold their output open, in milliseconds. */
const HELD_OUTPUT_MS = 5_000;

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
    const relayed = write ? relay([child.stdout, child.stderr], { child, write }) : undefined;
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

async function relay(
  streams: readonly ReadableStream<Uint8Array>[],
  { child, write }: { readonly child: Deno.ChildProcess; readonly write: (line: string) => void },
): Promise<void> {
  const enough = new AbortController();
  const relayed = Promise.all(streams.map((stream) => relayLines(stream, { write, signal: enough.signal })));
  await child.status;
  if (!await within(relayed, HELD_OUTPUT_MS)) enough.abort();
  await relayed;
}
