import assert from "node:assert/strict";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { FileInstructionSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { AgentUnderTest } from "../agent_under_test.ts";

/** Runs one file instruction in a task with these variables. */
async function run(
  agent: AgentUnderTest,
  value: MessageInitShape<typeof FileInstructionSchema>,
  environment: Record<string, string> = {},
) {
  agent.upstream.commands = {
    environment,
    commands: [{ name: "file", instruction: { case: "fileInstruction", value } }],
  };
  await agent.run();
  return { status: agent.upstream.states["file"], log: agent.upstream.savedText("file") };
}

Deno.test("contents go to the expanded path as they are, and folders are made", async () => {
  await using agent = await AgentUnderTest.create();
  const path = `${agent.directory}/a/b/file.txt`;
  const { status, log } = await run(
    agent,
    {
      destinationPath: "${ROOT}/a/$NAME/file.txt",
      source: { case: "fromContents", value: "$NAME\nstays\n" },
    },
    { ROOT: agent.directory, NAME: "b" },
  );
  assert.equal(status, "COMPLETED");
  assert.equal(log, `Created file ${path}!\n`);
  assert.equal(await Deno.readTextFile(path), "$NAME\nstays\n");
});

Deno.test("a relative path is below the working directory", async () => {
  await using agent = await AgentUnderTest.create();
  await run(agent, { destinationPath: "a/file", source: { case: "fromContents", value: "x" } });
  assert.equal(await Deno.readTextFile(`${agent.workingDirectory}/a/file`), "x");
});

Deno.test("a variable's value of 1 MB with line breaks and quotation marks is written whole", async () => {
  await using agent = await AgentUnderTest.create();
  const value = `'"\n\\é`.repeat(180_000);
  const { status } = await run(
    agent,
    { destinationPath: "file", source: { case: "fromEnvironmentVariable", value: "BIG" } },
    { BIG: value },
  );
  assert.equal(status, "COMPLETED");
  assert.equal(await Deno.readTextFile(`${agent.workingDirectory}/file`), value);
});

for (
  const { what, environment, says } of [
    {
      what: "is not set",
      environment: {},
      says: "Environment variable KEY is not set! Skipping file creation...\n",
    },
    {
      what: "is still encrypted",
      environment: { KEY: "ENCRYPTED[abc]" },
      says: "Environment variable KEY wasn't decrypted! Skipping file creation...\n",
    },
  ]
) {
  Deno.test(`a variable that ${what} makes no file, says so and fails nothing`, async () => {
    await using agent = await AgentUnderTest.create();
    const value = {
      destinationPath: "file",
      source: { case: "fromEnvironmentVariable" as const, value: "KEY" },
    };
    const { status, log } = await run(agent, value, environment);
    assert.deepEqual([status, log], ["COMPLETED", says]);
    await assert.rejects(Deno.lstat(`${agent.workingDirectory}/file`), Deno.errors.NotFound);
  });
}

Deno.test("a file that cannot be written fails the command and says why", async () => {
  await using agent = await AgentUnderTest.create();
  const value = { destinationPath: agent.directory, source: { case: "fromContents" as const, value: "x" } };
  const { status, log } = await run(agent, value);
  assert.equal(status, "FAILED");
  assert.match(log, new RegExp(`^Writing the file ${agent.directory}: .*directory`));
});

Deno.test("an instruction that says neither contents nor a variable fails and says so", async () => {
  await using agent = await AgentUnderTest.create();
  const { status, log } = await run(agent, { destinationPath: "file" });
  assert.equal(status, "FAILED");
  assert.match(log, /neither contents nor a variable/);
});
