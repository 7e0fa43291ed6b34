import assert from "node:assert/strict";
import { initialVariables } from "../../../lib/agent/environment/initial_variables.ts";

const machine = {
  platform: { os: "darwin", arch: "arm64" },
  workingDirectory: "/build",
  environment: new Map<string, string>(),
};

Deno.test("a task is told its system, architecture and working directory", () => {
  assert.deepEqual(Object.fromEntries(initialVariables({ A: "b" }, machine)), {
    A: "b",
    OS: "darwin",
    CIRRUS_OS: "darwin",
    CIRRUS_ARCH: "arm64",
    CIRRUS_WORKING_DIR: "/build",
  });
});

Deno.test("OS and the working directory are the task's where it sets them", () => {
  const variables = initialVariables({ OS: "mine", CIRRUS_WORKING_DIR: "/mine", CIRRUS_OS: "lie" }, machine);
  assert.equal(variables.get("OS"), "mine");
  assert.equal(variables.get("CIRRUS_WORKING_DIR"), "/mine");
  assert.equal(variables.get("CIRRUS_OS"), "darwin");
});

Deno.test("OS is left as the machine sets it", () => {
  const windows = { ...machine, environment: new Map([["OS", "Windows_NT"]]) };
  assert.equal(initialVariables({}, windows).has("OS"), false);
});
