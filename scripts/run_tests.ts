/**
 * Runs the tests, bounded in time, and ends with one line for CI: `N passed, N failed, N skipped`. All of them run
 * in two processes; arguments go to one `deno test`: `deno task test tests/rpc --filter retry`.
 */
import { join } from "node:path";
import { AbortReason } from "../lib/async/abort_reason.ts";
import { formatDuration } from "../lib/units/duration.ts";
import { describeCounts } from "./test/count_tests.ts";
import { runDenoTest } from "./test/run_deno_test.ts";
import { runSideBySide } from "./test/run_side_by_side.ts";
import { ALL_TESTS } from "./test/test_shard.ts";

/** CI ends after 20 minutes; this leaves it time to install, and to say which test hung. */
const LIMIT_MS = 16 * 60_000;

const late = new AbortController();
const timer = setTimeout(
  () => late.abort(new AbortReason("timeout", `The tests took longer than ${formatDuration(LIMIT_MS)}`)),
  LIMIT_MS,
);
const options = { cwd: join(import.meta.dirname ?? ".", ".."), signal: late.signal };
const counts = Deno.args.length > 0
  ? await runDenoTest(Deno.args, options)
  : await runSideBySide(ALL_TESTS, { ...options, write: console.log });
clearTimeout(timer);
console.log(describeCounts(counts));
if (counts.failed > 0) Deno.exitCode = 1;
