import assert from "node:assert/strict";
import { join } from "node:path";
import { countTests } from "../../scripts/test/count_tests.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";

Deno.test("an empty report counts nothing", () => {
  assert.deepEqual(countTests(""), { passed: 0, failed: 0, skipped: 0 });
});

Deno.test("tests and steps of all files are counted as deno test reports them", async () => {
  await using directory = await temporaryDirectory();
  const files = {
    "deno.json": "{}",
    "a_test.ts": `Deno.test("a", async (t) => { await t.step("one", () => {}); });
                  Deno.test({ name: "b <testsuite tests=\\"9\\">", ignore: true, fn() {} });`,
    "b_test.ts": `Deno.test("c", () => { throw new Error("no"); });`,
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(directory.path, name), text);
  }
  const report = join(directory.path, "report.xml");
  const args = ["test", `--junit-path=${report}`];
  await new Deno.Command(Deno.execPath(), { args, cwd: directory.path }).output();
  assert.deepEqual(countTests(await Deno.readTextFile(report)), { passed: 2, failed: 1, skipped: 1 });
});
