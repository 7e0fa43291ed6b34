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
  const standby = { update: (parameters: unknown) => updates.push(parameters) };
  obeyStandby(wanted, { standby, total: { cpu: 4 }, logger });
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

Deno.test("an instance that takes more than the worker has is remembered, and said to be none", () => {
  const wanted = parameters("a", { resources: { cpu: 8 } });
  const { updates, lines } = obey(wanted);
  assert.deepEqual(updates, [wanted]);
  assert.match(
    lines[0] ?? "",
    /^warning asked to keep .* takes {"cpu":8}: there will be none, this worker has {"cpu":4}/,
  );
  assert.deepEqual(obey(parameters("a", { resources: { cpu: 4 } })).lines, []);
});
