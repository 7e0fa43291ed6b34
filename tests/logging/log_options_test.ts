import assert from "node:assert/strict";
import { logOptions } from "../../lib/logging/log_options.ts";
import { byteSizeOption } from "../../lib/units/byte_size_option.ts";

const options = logOptions({ size: byteSizeOption });

Deno.test("a log's options are read into what a log is opened with", () => {
  const read = options.parse({
    level: "debug",
    format: "json",
    file: "w.log",
    "rotate-size": "640 KB",
    "max-rotations": 3,
  });
  assert.deepEqual(read, {
    level: "debug",
    format: "json",
    file: { path: "w.log", rotateBytes: 640_000, maxRotations: 3 },
  });
});

Deno.test("sizes that make no sense are refused with the reason", () => {
  for (
    const [size, reason] of [["0", "above zero"], ["12 apples", "unknown unit"], [
      "-1 KB",
      "number and a unit",
    ]]
  ) {
    const { error } = options.safeParse({ "rotate-size": size });
    assert.match(error?.issues[0]?.message ?? "", new RegExp(reason ?? ""));
  }
});

Deno.test("an unknown key is refused", () => {
  assert.equal(options.safeParse({ levle: "info" }).error?.issues[0]?.code, "unrecognized_keys");
});
