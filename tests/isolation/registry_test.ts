import { create, fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { isolationName } from "../../lib/isolation/isolation_name.ts";
import { NoneIsolation } from "../../lib/isolation/none.ts";
import { isolationFor } from "../../lib/isolation/registry.ts";
import { IsolationSchema } from "../../proto/gen/cirrus_ci_service_pb.ts";

const OPTIONS = { none: { environment: new Map<string, string>() } };

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

for (const kind of ["tart", "vetu"] as const) {
  Deno.test(`${kind} is refused by name until this version has it`, () => {
    assert.throws(
      () => isolationFor(message({ case: kind, value: { image: "x" } }), OPTIONS),
      new RegExp(`${kind} isolation is not supported by this version`),
    );
  });
}
