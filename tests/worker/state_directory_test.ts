import assert from "node:assert/strict";
import { defaultStateDirectory } from "../../lib/worker/state_directory.ts";

function choose(os: string, variables: Record<string, string>): string {
  return defaultStateDirectory({ os, environment: { get: (name) => variables[name] } });
}

for (
  const { os, variables, expected } of [
    { os: "linux", variables: { HOME: "/home/ci" }, expected: "/home/ci/.local/state/cirrus" },
    { os: "linux", variables: { HOME: "/home/ci", XDG_STATE_HOME: "/state" }, expected: "/state/cirrus" },
    {
      os: "linux",
      variables: { HOME: "/root", STATE_DIRECTORY: "/var/lib/cirrus:/b" },
      expected: "/var/lib/cirrus",
    },
    {
      os: "darwin",
      variables: { HOME: "/Users/ci" },
      expected: "/Users/ci/Library/Application Support/cirrus",
    },
  ]
) {
  Deno.test(`on ${os} with ${Object.keys(variables)} the state directory is ${expected}`, () => {
    assert.equal(choose(os, variables), expected);
  });
}

Deno.test("without any place for state the error says what to do", () => {
  assert.throws(() => choose("linux", {}), /--state-dir/);
  assert.throws(() => choose("linux", { HOME: "" }), /--state-dir/);
});
