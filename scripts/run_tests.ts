/**
 * Runs the tests, bounded in time, and ends with one line for CI: `N passed, N failed, N skipped`.
 * Arguments go to `deno test`: `deno task test tests/rpc --filter retry`.
 */
import { join } from "node:path";
import { countTests } from "./test/count_tests.ts";
import { formatDuration } from "../lib/units/duration.ts";

/** CI ends after 20 minutes; this leaves it time to install, and to say which test hung. */
const LIMIT_MS = 16 * 60_000;

const root = join(import.meta.dirname ?? ".", "..");
const report = await Deno.makeTempFile({ suffix: ".xml" });
try {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", `--junit-path=${report}`, ...Deno.args],
    cwd: root,
  }).spawn();
  const timer = setTimeout(() => {
    console.error(`The tests took longer than ${formatDuration(LIMIT_MS)}: the last one named above hangs`);
    child.kill("SIGKILL");
  }, LIMIT_MS);
  const { success } = await child.status;
  clearTimeout(timer);
  const { passed, failed, skipped } = countTests(await Deno.readTextFile(report));
  // What fails before a test begins, such as a type error, is in no report.
  console.log(`${passed} passed, ${success ? failed : Math.max(failed, 1)} failed, ${skipped} skipped`);
  if (!success) Deno.exitCode = 1;
} finally {
  await Deno.remove(report);
}
