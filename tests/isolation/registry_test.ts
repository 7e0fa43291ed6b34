import { create, fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { isolationName } from "../../lib/isolation/isolation_name.ts";
import { NoneIsolation } from "../../lib/isolation/none.ts";
import { isolationFor } from "../../lib/isolation/registry.ts";
import { ImagePuller } from "../../lib/isolation/vm/image_puller.ts";
import { recordingLedger } from "./recording_ledger.ts";
import { IsolationSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";

const environment = new Map<string, string>();
const images = new ImagePuller();
const OPTIONS = { none: { environment }, tart: { environment, images }, vetu: { environment, images } };

function message(type: MessageInitShape<typeof IsolationSchema>["type"]) {
  return create(IsolationSchema, type ? { type } : {});
}

Deno.test("no isolation in the message means none", () => {
  assert.ok(isolationFor(undefined, OPTIONS) instanceof NoneIsolation);
  assert.ok(isolationFor(message({ case: "none", value: {} }), OPTIONS) instanceof NoneIsolation);
  assert.equal(isolationName(undefined), "none");
});

Deno.test("an isolation of a later version of the protocol is refused, not taken for none", () => {
  const later = fromBinary(IsolationSchema, new Uint8Array([15 << 3 | 2, 0]));
  assert.throws(() => isolationFor(later, OPTIONS), /does not know; update the worker, or correct/);
  assert.throws(
    () => isolationFor(message(undefined), OPTIONS),
    /does not know; update the worker, or correct/,
  );
});

Deno.test("Parallels is refused for good", () => {
  const parallels = message({ case: "parallels", value: { image: "x" } });
  assert.throws(() => isolationFor(parallels, OPTIONS), /Parallels isolation is not supported; use tart/);
});

Deno.test("what a task asks of a virtual machine is looked at when the task is prepared", async () => {
  const volumes = [{ name: "v" }];
  const tart = isolationFor(message({ case: "tart", value: { image: "x", volumes } }), OPTIONS);
  const { ledger } = recordingLedger();
  const signal = new AbortController().signal;
  await assert.rejects(
    tart.prepare({ taskId: "1", progress: () => {}, signal, ledger }),
    /volume "v" of a tart VM: it has no source/,
  );
});
