import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { obeyStandby } from "../../../lib/worker/standby/obey_standby.ts";
import {
  type StandbyInstanceParameters,
  StandbyInstanceParametersSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { RecordingLogger } from "../recording_logger.ts";
import { parameters } from "./tested_standby.ts";

function obey(...wanted: StandbyInstanceParameters[]) {
  const logger = new RecordingLogger();
  const updates: unknown[] = [];
  obeyStandby(wanted, { standby: { update: (parameters) => updates.push(parameters) }, logger });
  return { updates, lines: logger.lines };
}

Deno.test("of several instances that an upstream wants, the first one is kept", () => {
  const [first, second] = [parameters("a"), parameters("b")];
  assert.deepEqual(obey(first), { updates: [first], lines: [] });
  const { updates, lines } = obey(first, second);
  assert.deepEqual(updates, [first]);
  assert.match(lines[0] ?? "", /^warning asked to keep 2 standby instances: keeping the first one/);
});

Deno.test("what is no virtual machine is not kept", () => {
  const container = { type: { case: "container", value: { image: "i" } } } as const;
  for (const isolation of [undefined, container]) {
    const wanted = create(StandbyInstanceParametersSchema, isolation ? { isolation } : {});
    const { updates, lines } = obey(wanted);
    assert.deepEqual(updates, []);
    assert.match(lines[0] ?? "", /^error asked to keep .*: ignored, only machines of tart and vetu/);
  }
});
