import assert from "node:assert/strict";
import { TaskEnvironment } from "../../../lib/agent/environment/task_environment.ts";
import { maskText } from "../../../lib/agent/logs/masker.ts";
import { SecretSet } from "../../../lib/agent/logs/secret_set.ts";

function environment(machine: Record<string, string>, options: { ignoreCase?: boolean } = {}) {
  const secrets = new SecretSet();
  return {
    secrets,
    variables: new TaskEnvironment({
      machine: new Map(Object.entries(machine)),
      ignoreCase: options.ignoreCase ?? false,
      secrets,
    }),
  };
}

Deno.test("programs get the machine's variables, over them the task's, over both the command's", () => {
  const { variables } = environment({ HOME: "/root", LANG: "C" });
  variables.merge([["LANG", "en"], ["A", "1"]]);
  assert.deepEqual(
    Object.fromEntries(variables.forProgram([["A", "2"], ["CIRRUS_ENV", "/file"]])),
    { HOME: "/root", LANG: "en", A: "2", CIRRUS_ENV: "/file" },
  );
});

Deno.test("in texts of instructions the task's variable wins over the machine's", () => {
  const { variables } = environment({ HOME: "/root", LANG: "C" });
  variables.merge([["HOME", "/task"]]);
  assert.equal(variables.expand("$HOME $LANG ${NONE:x}"), "/task C x");
});

Deno.test("variables that come later are expanded by the earlier ones, and the other way round", () => {
  const { variables } = environment({});
  variables.merge([["A", "a"], ["LATE", "$B"]]);
  assert.equal(variables.get("LATE"), "");
  variables.merge([["B", "$A-b"]]);
  assert.equal(variables.get("B"), "a-b");
});

Deno.test("on Windows Path and PATH are one variable", () => {
  const { variables } = environment({ Path: "C:\\bin" }, { ignoreCase: true });
  variables.merge([["PATH", "%PATH%;D:\\"]]);
  assert.deepEqual(Object.fromEntries(variables.forProgram([])), { PATH: "C:\\bin;D:\\" });
  assert.ok(variables.has("path"));
});

for (const name of ["DB_PASSWORD", "API_SECRET", "NPM_TOKEN", "AWS_ACCESS_KEY", "AWS_SECRET_KEY"]) {
  Deno.test(`the expanded value of ${name} is hidden`, () => {
    const { variables, secrets } = environment({});
    variables.merge([["PART", "hunter2"], [name, "x-$PART"]]);
    assert.equal(maskText("<x-hunter2>", secrets), "<HIDDEN-BY-CIRRUS-CI>");
  });
}

Deno.test("values of the machine's own sensitive variables are hidden, those of others are not", () => {
  const { variables, secrets } = environment({ HOST_TOKEN: "from-host" });
  variables.merge([["TOKEN_NAME", "plain"], ["CACHE_KEY", "public"]]);
  assert.equal(maskText("from-host plain public", secrets), "HIDDEN-BY-CIRRUS-CI plain public");
});

Deno.test("what is merged as sensitive is hidden whatever its name", () => {
  const { variables, secrets } = environment({});
  variables.merge([["A", "plain"]]);
  variables.merge([["B", "$A-b"]], { sensitive: true });
  assert.equal(maskText("plain plain-b", secrets), "plain HIDDEN-BY-CIRRUS-CI");
});
