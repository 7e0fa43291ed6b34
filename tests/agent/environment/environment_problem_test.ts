import assert from "node:assert/strict";
import { environmentProblem } from "../../../lib/agent/environment/environment_problem.ts";

const linux = { os: "linux", arch: "amd64" };

Deno.test("an ordinary environment is fine", () => {
  assert.equal(environmentProblem(new Map([["A", ""], ["B", 'line\n"quoted"\n']]), linux), undefined);
});

Deno.test("the largest variable that Linux takes is fine, one byte more is named", () => {
  const largest = "x".repeat(128 * 1024 - "BIG=".length - 1);
  assert.equal(environmentProblem(new Map([["BIG", largest]]), linux), undefined);
  assert.match(
    environmentProblem(new Map([["BIG", `${largest}x`]]), linux) ?? "",
    /^The environment variable BIG is too large: with its name it has 131073 bytes, .*put the value into a file/,
  );
});

Deno.test("bytes are counted, not characters", () => {
  assert.match(environmentProblem(new Map([["BIG", "é".repeat(70_000)]]), linux) ?? "", /has 140005 bytes/);
});

Deno.test("other systems take large variables", () => {
  const variables = new Map([["BIG", "x".repeat(1 << 20)]]);
  assert.equal(environmentProblem(variables, { os: "darwin", arch: "arm64" }), undefined);
});

Deno.test("a NUL byte and an impossible name are named", () => {
  assert.match(
    environmentProblem(new Map([["BIN", "a\0b"]]), linux) ?? "",
    /^The environment variable BIN has a NUL/,
  );
  assert.match(environmentProblem(new Map([["A=B", ""]]), linux) ?? "", /the name "A=B"/);
  assert.match(environmentProblem(new Map([["", ""]]), linux) ?? "", /the name ""/);
});
