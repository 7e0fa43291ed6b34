import assert from "node:assert/strict";
import { join } from "node:path";

const SCRIPTS = join(import.meta.dirname ?? ".", "..", "..", "scripts");

async function run(script: string, ...args: string[]) {
  const command = ["run", "-A", join(SCRIPTS, script), ...args];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: command }).output();
  return { code, said: new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout) };
}

Deno.test("the imports of this repository go down its rooms, and never in a circle", async () => {
  const { code, said } = await run("check_imports.ts");
  assert.equal(code, 0, said);
});

Deno.test("the generated code of this repository is what its protocol gives", async () => {
  const { code, said } = await run("generate_proto.ts", "--check");
  assert.equal(code, 0, said);
});
