import assert from "node:assert/strict";
import { join } from "node:path";
import { readUserEnvironment } from "../../../lib/cli/run/user_environment.ts";
import { UsageError } from "../../../lib/cli/usage_error.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

async function read(variables: readonly string[], files: readonly string[] = [], workingDirectory = "/") {
  const warnings: string[] = [];
  const environment = await readUserEnvironment({ variables, files }, {
    environment: new Map([["HOST", "from host"]]),
    workingDirectory,
    warn: (message) => warnings.push(message),
  });
  return { environment: Object.fromEntries(environment), warnings };
}

Deno.test("a variable has its value, or that of the environment", async () => {
  assert.deepEqual(await read(["A=1", "B=x=y", "C=", "HOST", "A=2"]), {
    environment: { A: "2", B: "x=y", C: "", HOST: "from host" },
    warnings: [],
  });
});

Deno.test("a variable that is not set is left out with a warning", async () => {
  assert.deepEqual(await read(["NONE"]), {
    environment: {},
    warnings: ["NONE of --env is not set in the environment: write NONE=VALUE"],
  });
});

Deno.test("single variables win over files, and later files over earlier ones", async () => {
  await using folder = await temporaryDirectory();
  await Deno.writeTextFile(join(folder.path, "one"), "A=1\nB=1\nC=1");
  await Deno.writeTextFile(join(folder.path, "two"), "B=2\nC=2");
  const { environment } = await read(["C=3"], ["one", "two"], folder.path);
  assert.deepEqual(environment, { A: "1", B: "2", C: "3" });
});

Deno.test("a variable without a name is refused, and its value not shown", async () => {
  for (const variable of ["=secret", "", " A=secret"]) {
    await assert.rejects(
      () => read([variable]),
      new UsageError("Cannot read a variable of --env: it starts with no name; write NAME=VALUE or NAME"),
    );
  }
});
