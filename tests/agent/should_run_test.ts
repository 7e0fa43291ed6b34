import assert from "node:assert/strict";
import { create, fromBinary } from "@bufbuild/protobuf";
import { getsExtraTime, shouldRun } from "../../lib/agent/should_run.ts";
import {
  Command_CommandExecutionBehavior as Behaviour,
  CommandSchema,
} from "../../proto/gen/cirrus_ci_service_pb.ts";

const command = (executionBehaviour: Behaviour) => create(CommandSchema, { executionBehaviour });

for (
  const { behaviour, failed, timedOut, runs } of [
    { behaviour: Behaviour.ON_SUCCESS, failed: false, timedOut: false, runs: true },
    { behaviour: Behaviour.ON_SUCCESS, failed: true, timedOut: false, runs: false },
    { behaviour: Behaviour.ON_FAILURE, failed: false, timedOut: false, runs: false },
    { behaviour: Behaviour.ON_FAILURE, failed: true, timedOut: false, runs: true },
    { behaviour: Behaviour.ALWAYS, failed: false, timedOut: false, runs: true },
    { behaviour: Behaviour.ALWAYS, failed: true, timedOut: true, runs: true },
    { behaviour: Behaviour.ON_TIMEOUT, failed: true, timedOut: false, runs: false },
    { behaviour: Behaviour.ON_TIMEOUT, failed: false, timedOut: true, runs: true },
  ]
) {
  const state = `${failed ? "something" : "nothing"} failed and time ${timedOut ? "ran out" : "is left"}`;
  Deno.test(`${Behaviour[behaviour]} ${runs ? "runs" : "is skipped"} when ${state}`, () => {
    assert.equal(shouldRun(command(behaviour), { failed, timedOut }), runs);
  });
}

Deno.test("a behaviour of a later protocol counts as ON_SUCCESS", () => {
  const later = fromBinary(CommandSchema, new Uint8Array([10 << 3, 99]));
  assert.equal(shouldRun(later, { failed: false, timedOut: false }), true);
  assert.equal(shouldRun(later, { failed: true, timedOut: false }), false);
});

Deno.test("only ALWAYS and ON_TIMEOUT get extra time", () => {
  const behaviours = [Behaviour.ON_SUCCESS, Behaviour.ON_FAILURE, Behaviour.ALWAYS, Behaviour.ON_TIMEOUT];
  assert.deepEqual(behaviours.map((b) => getsExtraTime(command(b))), [false, false, true, true]);
});
