import assert from "node:assert/strict";
import { join } from "node:path";
import { parseJunit } from "../../../lib/agent/annotations/junit.ts";
import { Annotation_Level, Annotation_Type } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";

/** Tests of Deno's own, one of which fails, and the report that Deno's own reporter makes of them. */
async function denoReport(directory: string): Promise<string> {
  await Deno.writeTextFile(
    join(directory, "sum_test.ts"),
    'Deno.test("adds", () => {});\nDeno.test("subtracts <1 & 2>", () => { throw new Error("it is 3"); });\n',
  );
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-config", "--no-check", "--reporter=junit", "sum_test.ts"],
    cwd: directory,
    env: { NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("the failures of a real report are told", async () => {
  await using directory = await temporaryDirectory();
  const [failed, ...others] = parseJunit(await denoReport(directory.path));
  assert.deepEqual(others, []);
  assert.match(failed?.fullyQualifiedName ?? "", /subtracts <1 & 2>$/);
  assert.match(failed?.rawDetails ?? "", /it is 3/);
});

Deno.test("failures and errors are told, passed and skipped tests are not", () => {
  const annotations = [...parseJunit(`<testsuites><testsuite name="s">
    <testcase classname="a.B" name="passes"/>
    <testcase classname="a.B" name="skipped"><skipped message="later"/></testcase>
    <testcase classname="a.B" name="fails" file="a/b.py" line="12"><failure message="1 != 2">trace
of it</failure></testcase>
    <testcase name="breaks"><error type="OSError"/></testcase>
    <testcase name="printed"><system-out><![CDATA[<failure/>]]></system-out></testcase>
  </testsuite></testsuites>`)];
  assert.deepEqual(annotations, [
    {
      type: Annotation_Type.TEST_RESULT,
      level: Annotation_Level.FAILURE,
      message: "1 != 2",
      rawDetails: "trace\nof it",
      fullyQualifiedName: "a.B.fails",
      fileLocation: { path: "a/b.py", startLine: 12n, endLine: 12n, startColumn: 0n, endColumn: 0n },
    },
    {
      type: Annotation_Type.TEST_RESULT,
      level: Annotation_Level.FAILURE,
      message: "OSError",
      rawDetails: "",
      fullyQualifiedName: "breaks",
    },
  ]);
});
