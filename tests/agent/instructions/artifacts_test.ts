import assert from "node:assert/strict";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ArtifactsInstructionSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { formatByteSize } from "../../../lib/units/byte_size.ts";
import { FakeArtifacts } from "../../fakes/upstream_artifacts.ts";
import { AgentUnderTest, script } from "../agent_under_test.ts";

/** Runs a script in the working directory and then an artifacts instruction. */
async function run(
  agent: AgentUnderTest,
  lines: string[],
  value: MessageInitShape<typeof ArtifactsInstructionSchema>,
) {
  const instruction = { case: "artifactsInstruction" as const, value };
  agent.upstream.commands = { commands: [script("make", lines), { name: "files", instruction }] };
  await agent.run();
  return { status: agent.upstream.states["files"], log: agent.upstream.savedText("files") };
}

const FILES = [
  "mkdir -p out/deep",
  "printf 1 > out/a.txt",
  "printf 22 > out/deep/b.txt",
  ": > out/empty",
  "printf x > c.bin",
];

for (const way of ["byUrl", "byStream"] as const) {
  Deno.test(`files that match are uploaded ${way}, folders are left out`, async () => {
    await using agent = await AgentUnderTest.create();
    await using artifacts = FakeArtifacts[way](agent.upstream);
    const { status, log } = await run(agent, FILES, {
      paths: ["out/**", "*.bin", "out/*.txt"],
      type: "text/plain",
      format: "junit",
    });
    assert.equal(status, "COMPLETED", log);
    assert.deepEqual([...artifacts.files.keys()].sort(), [
      "c.bin",
      "out/a.txt",
      "out/deep/b.txt",
      "out/empty",
    ]);
    assert.equal(artifacts.text("out/deep/b.txt"), "22");
    assert.equal(artifacts.text("out/empty"), "");
    assert.deepEqual(artifacts.described, ["files", "text/plain", "junit"]);
    assert.match(log, /^out\/\*\* matches 3 files, 3 B$/m);
    assert.match(log, /^Uploaded 4 files, 4 B in \S+ \(\S+ K?B\/s\)$/m);
  });
}

Deno.test("URLs are asked for 100 at a time, and committed together", async () => {
  await using agent = await AgentUnderTest.create();
  await using artifacts = FakeArtifacts.byUrl(agent.upstream);
  await run(agent, ["for i in $(seq 250); do echo $i > f$i; done"], { paths: ["f*"] });
  assert.deepEqual(artifacts.calls, ["generate 100", "generate 100", "generate 50", "commit 250"]);
  assert.equal(artifacts.files.size, 250);
});

Deno.test("10,000 files are uploaded", async () => {
  await using agent = await AgentUnderTest.create();
  await using artifacts = FakeArtifacts.byUrl(agent.upstream);
  const lines = ["mkdir out && cd out", "seq 10000 | split -l 1 -a 4 - f"];
  const { status, log } = await run(agent, lines, { paths: ["out/*"], type: "text/plain" });
  assert.equal(status, "COMPLETED", log);
  assert.match(log, /^out\/\* matches 10,000 files, /m);
  assert.equal(artifacts.files.size, 10_000);
  const numbers = [...artifacts.files.keys()].sort().map((path) => Number(artifacts.text(path)));
  assert.deepEqual(numbers, Array.from({ length: 10_000 }, (_, index) => index + 1));
  assert.deepEqual(artifacts.described, ["files", "text/plain", ""]);
});

for (const way of ["byUrl", "byStream"] as const) {
  Deno.test(`a file that grows while it is uploaded ${way} is cut where it ended when it was found`, async () => {
    await using agent = await AgentUnderTest.create();
    await using artifacts = FakeArtifacts[way](agent.upstream);
    agent.upstream.commands = {
      commands: [
        {
          name: "grow",
          instruction: {
            case: "backgroundScriptInstruction",
            value: {
              scripts: [
                "touch log; while [ $(wc -c < log) -lt 200000000 ]; do head -c 300000 /dev/zero >> log; done",
              ],
            },
          },
        },
        script("wait", "until [ -s log ]; do :; done"),
        { name: "files", instruction: { case: "artifactsInstruction", value: { paths: ["log"] } } },
      ],
    };
    await agent.run();
    const log = agent.upstream.savedText("files");
    assert.equal(agent.upstream.states["files"], "COMPLETED", log);
    const size = artifacts.files.get("log")?.length ?? 0;
    assert.ok(size > 0 && log.includes(`Uploaded 1 file, ${formatByteSize(size)} in `), log);
    assert.ok(size < (await Deno.stat(`${agent.workingDirectory}/log`)).size);
  });
}

Deno.test("a stream has chunks of 1 MiB at most", async () => {
  await using agent = await AgentUnderTest.create();
  await using artifacts = FakeArtifacts.byStream(agent.upstream);
  const { status } = await run(agent, ["head -c 3000000 /dev/zero > big"], { paths: ["big"] });
  assert.equal(status, "COMPLETED");
  assert.equal(artifacts.files.get("big")?.length, 3_000_000);
  assert.ok(artifacts.chunks.every((size) => size <= 1024 * 1024));
});

for (const path of ["../secret", "/etc/passwd", "/etc/*", "out/../../x"]) {
  Deno.test(`the pattern ${path} leads outside the working directory and fails the command`, async () => {
    await using agent = await AgentUnderTest.create();
    await using artifacts = FakeArtifacts.byUrl(agent.upstream);
    const { status, log } = await run(agent, FILES, { paths: ["out/*.txt", path] });
    assert.equal(status, "FAILED");
    assert.match(
      log,
      /^Looking for artifacts: .* is outside the working directory .*; copy what is to be kept/m,
    );
    assert.equal(artifacts.files.size, 0);
  });
}

for (const path of ["away/*", "away/passwd", "out/up/**", "away/deep/*.txt"]) {
  Deno.test(`the pattern ${path} leads outside by a link and fails the command`, async () => {
    await using agent = await AgentUnderTest.create();
    await using artifacts = FakeArtifacts.byUrl(agent.upstream);
    const lines = ["mkdir -p away_is/deep out", "ln -s /etc away", "ln -s ../.. out/up"];
    const { status, log } = await run(agent, lines, { paths: [path] });
    const leads = path !== "away/deep/*.txt";
    assert.equal(status, leads ? "FAILED" : "COMPLETED", log);
    assert.equal(/ leads by a link to .*, outside the working directory /.test(log), leads);
    assert.equal(artifacts.files.size, 0);
  });
}

Deno.test("a folder that a link leads to within the working directory is fine", async () => {
  await using agent = await AgentUnderTest.create();
  await using artifacts = FakeArtifacts.byUrl(agent.upstream);
  const lines = [...FILES, "ln -s out/deep latest"];
  const { status, log } = await run(agent, lines, { paths: ["latest/*"] });
  assert.equal(status, "COMPLETED", log);
  assert.deepEqual([...artifacts.files.keys()], ["latest/b.txt"]);
});

Deno.test("an absolute pattern within the working directory is fine", async () => {
  await using agent = await AgentUnderTest.create();
  await using artifacts = FakeArtifacts.byUrl(agent.upstream);
  await run(agent, FILES, { paths: [`${agent.workingDirectory}/out/*.txt`] });
  assert.deepEqual([...artifacts.files.keys()], ["out/a.txt"]);
});

Deno.test("links are never followed, and the log says what is left out", async () => {
  await using agent = await AgentUnderTest.create();
  await using artifacts = FakeArtifacts.byUrl(agent.upstream);
  const lines = [
    "mkdir out",
    "ln -s /etc/passwd out/link",
    "ln -s /etc out/folder",
    "mkfifo out/pipe",
    "touch out/$'\\xff' out/ok",
  ];
  const { status, log } = await run(agent, lines, { paths: ["out/**"] });
  assert.equal(status, "COMPLETED", log);
  assert.deepEqual([...artifacts.files.keys()], ["out/ok"]);
  for (
    const line of [
      "out/link is a link",
      "out/folder is a link",
      "out/pipe is no file",
      "out/\u{FFFD} is no file",
    ]
  ) {
    assert.ok(log.includes(`Leaving out ${line}`), log);
  }
});

Deno.test("of many links the log names the first and counts the others", async () => {
  await using agent = await AgentUnderTest.create();
  await using _artifacts = FakeArtifacts.byUrl(agent.upstream);
  const { log } = await run(agent, ["for i in $(seq 50); do ln -s x l$i; done"], { paths: ["*"] });
  assert.equal(log.match(/^Leaving out l\d+ is a link$/gm)?.length, 20);
  assert.match(log, /^Leaving out 30 more such$/m);
});

Deno.test("nothing that matches is no failure", async () => {
  await using agent = await AgentUnderTest.create();
  await using artifacts = FakeArtifacts.byUrl(agent.upstream);
  const { status, log } = await run(agent, FILES, { paths: ["none/*", "nothing", "out/a.txt/x"] });
  assert.equal(status, "COMPLETED");
  assert.match(log, /^none\/\* matches no files$/m);
  assert.deepEqual(artifacts.calls, []);
});

Deno.test("an upload that fails is tried once more, and no log shows the URL", async () => {
  await using agent = await AgentUnderTest.create();
  await using artifacts = FakeArtifacts.byUrl(agent.upstream);
  let requests = 0;
  artifacts.misbehave = () => requests++ === 0 ? new Response(null, { status: 503 }) : undefined;
  const { status, log } = await run(agent, FILES, { paths: ["out/**"] });
  assert.equal(status, "COMPLETED");
  assert.match(log, /^Uploading a file: the server answers 503; trying once more$/m);
  assert.equal(artifacts.files.size, 3);
  artifacts.misbehave = () => new Response(null, { status: 503 });
  const second = await run(agent, ["true"], { paths: ["out/**"] });
  assert.equal(second.status, "FAILED");
  assert.ok(!second.log.includes("secret-of-the-url"));
});

Deno.test("an upstream that takes no artifacts at all fails the command", async () => {
  await using agent = await AgentUnderTest.create();
  const { status, log } = await run(agent, FILES, { paths: ["out/**"] });
  assert.equal(status, "FAILED");
  assert.match(log, /UNIMPLEMENTED/);
});

Deno.test("a file that grows meanwhile is cut where it ended when it was found", async () => {
  await using agent = await AgentUnderTest.create();
  await using artifacts = FakeArtifacts.byUrl(agent.upstream);
  const { generateArtifactUploadURLs } = agent.upstream.answers;
  agent.upstream.answers.generateArtifactUploadURLs = async (request, context) => {
    await Deno.writeTextFile(`${agent.workingDirectory}/log`, "more", { append: true });
    return await generateArtifactUploadURLs(request, context);
  };
  const { status } = await run(agent, ["printf first > log"], { paths: ["log"] });
  assert.equal(status, "COMPLETED");
  assert.equal(artifacts.text("log"), "first");
});

Deno.test("a file that has become shorter is looked at again", async () => {
  await using agent = await AgentUnderTest.create();
  await using artifacts = FakeArtifacts.byUrl(agent.upstream);
  const { generateArtifactUploadURLs } = agent.upstream.answers;
  agent.upstream.answers.generateArtifactUploadURLs = async (request, context) => {
    await Deno.writeTextFile(`${agent.workingDirectory}/log`, "new");
    return await generateArtifactUploadURLs(request, context);
  };
  const { status, log } = await run(agent, ["printf longer > log"], { paths: ["log"] });
  assert.equal(status, "COMPLETED");
  assert.match(log, /Reading log: it has become shorter than its 6 bytes; trying once more/);
  assert.equal(artifacts.text("log"), "new");
});
