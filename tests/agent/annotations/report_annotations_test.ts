import assert from "node:assert/strict";
import { join } from "node:path";
import { Annotation_Level } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { FakeArtifacts } from "../../fakes/upstream_artifacts.ts";
import { AgentUnderTest } from "../agent_under_test.ts";
import { reportOf } from "./read_annotations.ts";

/** Runs an artifacts instruction over reports in the working directory. */
async function run(
  agent: AgentUnderTest,
  { reports, format, environment = {} }: {
    reports: Readonly<Record<string, string | Uint8Array>>;
    format: string;
    environment?: Record<string, string>;
  },
) {
  await using _artifacts = FakeArtifacts.byUrl(agent.upstream);
  await Deno.mkdir(agent.workingDirectory, { recursive: true });
  for (const [name, report] of Object.entries(reports)) {
    const bytes = typeof report === "string" ? new TextEncoder().encode(report) : report;
    await Deno.writeFile(join(agent.workingDirectory, name), bytes);
  }
  agent.upstream.commands = {
    environment,
    commands: [{
      name: "lint",
      instruction: { case: "artifactsInstruction", value: { paths: ["*"], format } },
    }],
  };
  await agent.run();
  return { status: agent.upstream.states["lint"], log: agent.upstream.savedText("lint") };
}

/** Lets the upstream take annotations; each call is a list of what it got. */
function taken(agent: AgentUnderTest): string[][] {
  const calls: string[][] = [];
  agent.upstream.answers.reportAnnotations = ({ annotations }) => {
    calls.push(
      annotations.map(({ level, message, fileLocation }) =>
        `${Annotation_Level[level]} ${fileLocation?.path ?? "nowhere"} ${message}`
      ),
    );
    return Promise.resolve({});
  };
  return calls;
}

/** A report in Cirrus CI's own format. */
function cirrusReport(annotations: readonly Readonly<Record<string, unknown>>[]): string {
  return annotations.map((annotation) =>
    `${JSON.stringify({ level: "notice", message: "m", ...annotation })}\n`
  )
    .join("");
}

Deno.test("no annotation shows a secret, also where it was cut off", async () => {
  await using agent = await AgentUnderTest.create();
  const texts: string[] = [];
  agent.upstream.answers.reportAnnotations = ({ annotations }) => {
    texts.push(...annotations.flatMap(({ message, rawDetails }) => [message, rawDetails]));
    return Promise.resolve({});
  };
  const secret = "hunter2hunter2";
  const report = cirrusReport([{ message: `wrong: ${secret}!`, raw_details: "x".repeat(16_380) + secret }]);
  await run(agent, { reports: { "1.json": report }, format: "cirrus", environment: { A_TOKEN: secret } });
  assert.deepEqual(texts, ["wrong: HIDDEN-BY-CIRRUS-CI!", "x".repeat(16_380) + "HIDD"]);
});

Deno.test("what all files report reaches the upstream", async () => {
  await using agent = await AgentUnderTest.create();
  const calls = taken(agent);
  const reports = { "1.json": await reportOf("golangci.json"), "2.json": await reportOf("golangci.json") };
  const { status, log } = await run(agent, { reports, format: "GolangCI" });
  assert.equal(status, "COMPLETED", log);
  assert.match(log, /^Reported 12 annotations$/m);
  assert.equal(
    calls[0]?.[0],
    "FAILURE cmd/shop/main.go Error return value of `os.Remove` is not checked (errcheck)",
  );
});

Deno.test("paths of the working directory become relative ones, others stay", async () => {
  await using agent = await AgentUnderTest.create();
  const calls = taken(agent);
  const paths = [
    `${agent.workingDirectory}/a/b.ts`,
    "./c.ts",
    "..d.ts",
    "/usr/lib/c",
    "../e.ts",
    "a/../f.ts",
  ];
  await run(agent, { reports: { r: cirrusReport(paths.map((path) => ({ path }))) }, format: "cirrus" });
  assert.deepEqual(
    calls.flat(),
    ["a/b.ts", "c.ts", "..d.ts", "/usr/lib/c", "../e.ts", "f.ts"].map((path) => `NOTICE ${path} m`),
  );
});

Deno.test("many annotations go in several calls, and no call is larger than 1 MiB", async () => {
  await using agent = await AgentUnderTest.create();
  const calls = taken(agent);
  const short = Array.from({ length: 1500 }, () => ({}));
  const long = Array.from({ length: 100 }, () => ({ message: "long", raw_details: "x".repeat(20_000) }));
  const { log } = await run(agent, { reports: { r: cirrusReport([...short, ...long]) }, format: "cirrus" });
  assert.match(log, /^Reported 1,600 annotations$/m);
  assert.equal(calls[0]?.length, 1000);
  assert.equal(calls.flat().length, 1600);
  assert.ok(calls.slice(1).every((call) => call.filter((line) => line.endsWith("long")).length <= 64));
});

Deno.test("more than 10,000 annotations are not reported, and the log says so", async () => {
  await using agent = await AgentUnderTest.create();
  const calls = taken(agent);
  const reports = { r: cirrusReport(Array.from({ length: 10_001 }, () => ({}))), s: cirrusReport([{}]) };
  const { log } = await run(agent, { reports, format: "cirrus" });
  assert.match(log, /^Reading annotations from r: leaving out what comes after 10,000$/m);
  assert.match(log, /^Reported 10,000 annotations$/m);
  assert.equal(calls.flat().length, 10_000);
});

Deno.test("of a report that breaks off the annotations before that count", async () => {
  await using agent = await AgentUnderTest.create();
  const calls = taken(agent);
  const whole = await reportOf("checkstyle.xml");
  const reports = { "a.xml": whole.slice(0, whole.indexOf("NeedBraces")), "b.xml": whole };
  const { status, log } = await run(agent, { reports, format: "checkstyle" });
  assert.equal(status, "COMPLETED");
  assert.match(log, /^Reading annotations from a.xml: Reading XML: /m);
  assert.match(log, /^Reported 7 annotations$/m);
  assert.equal(calls.flat().length, 7);
});

Deno.test("texts that are no Unicode reach the upstream as far as they are", async () => {
  await using agent = await AgentUnderTest.create();
  const calls = taken(agent);
  const report = String.raw`{"level":"notice","message":"half \ud83d","path":"\udc00.ts"}`;
  await run(agent, { reports: { r: report }, format: "cirrus" });
  assert.deepEqual(calls.flat(), ["NOTICE \u{FFFD}.ts half \u{FFFD}"]);
});

for (
  const { what, encode, damaged } of [
    {
      what: "UTF-16 with a byte order mark, as PowerShell writes it",
      encode: (text: string) =>
        new Uint8Array(Uint16Array.from(`\ufeff${text}`, (c) => c.charCodeAt(0)).buffer),
      damaged: false,
    },
    {
      what: "UTF-8 with a byte order mark",
      encode: (text: string) => new TextEncoder().encode(`\ufeff${text}`),
      damaged: false,
    },
    {
      what: "UTF-8 that says UTF-16 of itself, as .NET writes it",
      encode: (text: string) => new TextEncoder().encode(`<?xml version="1.0" encoding="utf-16"?>${text}`),
      damaged: false,
    },
    {
      what: "the encoding that it declares",
      encode: (text: string) =>
        Uint8Array.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${text}`, (c) => c.charCodeAt(0)),
      damaged: false,
    },
    {
      what: "an encoding that it does not declare",
      encode: (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0)),
      damaged: true,
    },
    {
      what: "an encoding that nobody knows",
      encode: (text: string) => new TextEncoder().encode(`<?xml version="1.0" encoding="x-none"?>${text}`),
      damaged: false,
    },
  ]
) {
  Deno.test(`a report in ${what} is read`, async () => {
    await using agent = await AgentUnderTest.create();
    const calls = taken(agent);
    const report = encode('<checkstyle><file name="a"><error message="zu gro\u00df"/></file></checkstyle>');
    const { status, log } = await run(agent, { reports: { "r.xml": report }, format: "checkstyle" });
    assert.equal(status, "COMPLETED");
    assert.deepEqual(calls.flat(), [`FAILURE a zu gro${damaged ? "\u{FFFD}" : "\u00df"}`]);
    assert.equal(/r.xml: it has bytes that are no text in UTF-8/.test(log), damaged);
  });
}

for (
  const { what, report, format, says } of [
    {
      what: "is no XML",
      report: "<testsuite>",
      format: "junit",
      says: /^Reading annotations from r: Reading XML: /m,
    },
    {
      what: "is no JSON",
      report: "[",
      format: "eslint",
      says: /^Reading annotations from r: it is no JSON: /m,
    },
    {
      what: "is larger than 32 MB",
      report: new Uint8Array(32_000_001),
      format: "junit",
      says: /^Reading annotations from r: it is larger than 32 MB, the most that is read$/m,
    },
    {
      what: "has a format that is not known",
      report: "x",
      format: "tap",
      says:
        /^Not annotating: .* format tap, but android-lint, buf, checkstyle, cirrus, eslint, flutter, golangci, junit, qodana, rspec, rubocop$/m,
    },
    {
      what: "an upstream does not take",
      report: '<testcase name="t"><error/></testcase>',
      format: "junit",
      says: /^Reporting annotations: UNIMPLEMENTED/m,
    },
  ]
) {
  Deno.test(`a report that ${what} fails nothing, and the log says so`, async () => {
    await using agent = await AgentUnderTest.create();
    const { status, log } = await run(agent, { reports: { r: report }, format });
    assert.equal(status, "COMPLETED");
    assert.match(log, says);
  });
}
