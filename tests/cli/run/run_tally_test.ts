import assert from "node:assert/strict";
import type { TaskOutcome } from "../../../lib/cli/output/run_event.ts";
import { RunTally } from "../../../lib/cli/run/run_tally.ts";

function tallyOf(...outcomes: TaskOutcome[]): RunTally {
  const tally = new RunTally();
  tally.count({ kind: "run started", tasks: [] });
  for (const outcome of outcomes) tally.count({ kind: "task finished", task: "a", outcome, durationMs: 1 });
  return tally;
}

const passed: TaskOutcome = { kind: "passed" };
const skipped: TaskOutcome = { kind: "skipped", reason: "x" };

Deno.test("a run fails with a task that failed or was cancelled, unless that was allowed", () => {
  assert.equal(tallyOf(passed, skipped, { kind: "failed", tolerated: true }).failed, false);
  assert.equal(tallyOf(passed, { kind: "failed", tolerated: false }).failed, true);
  assert.equal(tallyOf(passed, { kind: "cancelled" }).failed, true);
});

Deno.test("the sum names what there was", () => {
  assert.equal(String(tallyOf(passed, passed)), "2 passed");
  assert.equal(
    String(tallyOf({ kind: "cancelled" }, skipped, { kind: "failed", tolerated: true }, passed, {
      kind: "failed",
      tolerated: false,
    })),
    "1 passed, 1 failed, 1 failed as allowed, 1 cancelled, 1 skipped",
  );
});
