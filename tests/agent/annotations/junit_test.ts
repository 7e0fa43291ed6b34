import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeArtifacts } from "../../fakes/upstream_artifacts.ts";
import { AgentUnderTest } from "../agent_under_test.ts";
import { parseJunit } from "../../../lib/agent/annotations/junit.ts";
import { Annotation_Level, Annotation_Type } from "../../../proto/gen/cirrus_ci_service_pb.ts";

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

/** Runs an artifacts instruction over one report in the working directory. */
async function run(agent: AgentUnderTest, { report, format = "junit" }: { report: string; format?: string }) {
  await using _artifacts = FakeArtifacts.byUrl(agent.upstream);
  await Deno.mkdir(agent.workingDirectory, { recursive: true });
  await Deno.writeTextFile(join(agent.workingDirectory, "report.xml"), report);
  agent.upstream.commands = {
    commands: [{
      name: "tests",
      instruction: { case: "artifactsInstruction", value: { paths: ["*.xml"], format } },
    }],
  };
  await agent.run();
  return { status: agent.upstream.states["tests"], log: agent.upstream.savedText("tests") };
}

Deno.test("the failures of a real JUnit report are annotations of the upstream's", async () => {
  await using agent = await AgentUnderTest.create();
  const reported: Array<[name: string, message: string, path: string | undefined]> = [];
  agent.upstream.answers.reportAnnotations = ({ annotations }) => {
    for (const { fullyQualifiedName, message, fileLocation, rawDetails } of annotations) {
      assert.match(rawDetails, /it is 3/);
      reported.push([fullyQualifiedName, message, fileLocation?.path]);
    }
    return Promise.resolve({});
  };
  const { status, log } = await run(agent, { report: await denoReport(agent.directory) });
  assert.equal(status, "COMPLETED");
  assert.match(log, /^Reported 1 annotation$/m);
  assert.equal(reported.length, 1);
  assert.match(reported[0]?.[0] ?? "", /subtracts <1 & 2>$/);
});

Deno.test("failures and errors are told, passed and skipped tests are not", () => {
  const annotations = parseJunit(`<testsuites><testsuite name="s">
    <testcase classname="a.B" name="passes"/>
    <testcase classname="a.B" name="skipped"><skipped message="later"/></testcase>
    <testcase classname="a.B" name="fails" file="a/b.py" line="12"><failure message="1 != 2">trace
of it</failure></testcase>
    <testcase name="breaks"><error type="OSError"/></testcase>
    <testcase name="printed"><system-out><![CDATA[<failure/>]]></system-out></testcase>
  </testsuite></testsuites>`);
  assert.deepEqual(annotations, [
    {
      type: Annotation_Type.TEST_RESULT,
      level: Annotation_Level.FAILURE,
      message: "1 != 2",
      rawDetails: "trace\nof it",
      fullyQualifiedName: "a.B.fails",
      fileLocation: { path: "a/b.py", startLine: 12n, endLine: 12n },
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

Deno.test("absolute paths of the working directory become relative ones", async () => {
  await using agent = await AgentUnderTest.create();
  const paths: Array<string | undefined> = [];
  agent.upstream.answers.reportAnnotations = ({ annotations }) => {
    paths.push(...annotations.map(({ fileLocation }) => fileLocation?.path));
    return Promise.resolve({});
  };
  const failed = (file: string) => `<testcase name="t" file="${file}"><failure/></testcase>`;
  const report = `<testsuite>${failed(`${agent.workingDirectory}/a/b.ts`)}${
    failed("/usr/lib/c")
  }</testsuite>`;
  await run(agent, { report });
  assert.deepEqual(paths, ["a/b.ts", "/usr/lib/c"]);
});

for (
  const { what, report, format, says } of [
    {
      what: "is no XML",
      report: "<testsuite>",
      format: "junit",
      says: /^Reading annotations from report.xml: Reading XML: /,
    },
    {
      what: "has a format that is not known",
      report: "x",
      format: "tap",
      says: /^Not annotating: .* format tap, but junit$/,
    },
    {
      what: "an upstream does not take",
      report: '<testcase name="t"><error/></testcase>',
      format: "junit",
      says: /^Reporting annotations: UNIMPLEMENTED/,
    },
  ]
) {
  Deno.test(`a report that ${what} fails nothing, and the log says so`, async () => {
    await using agent = await AgentUnderTest.create();
    const { status, log } = await run(agent, { report, format });
    assert.equal(status, "COMPLETED");
    assert.match(log, new RegExp(says.source, "m"));
  });
}
