import assert from "node:assert/strict";
import { fromBinary } from "@bufbuild/protobuf";
import { CommandSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { AgentUnderTest, type CommandInit, script } from "../agent_under_test.ts";

async function logOf(command: CommandInit): Promise<string> {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = { commands: [command, script("next", "true")] };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: false });
  assert.deepEqual(upstream.states, { main: "FAILED", next: "SKIPPED" });
  return upstream.savedText("main");
}

Deno.test("an instruction of a later protocol fails by its number", async () => {
  const command = fromBinary(CommandSchema, new Uint8Array([0x0a, 4, 0x6d, 0x61, 0x69, 0x6e, 0xf2, 1, 0]));
  assert.match(
    await logOf(command),
    /^Running the instruction with the number 30: this version of cirrus does not know it/,
  );
});

Deno.test("a command without an instruction fails", async () => {
  assert.match(await logOf({ name: "main" }), /^Running the instruction without a name: /);
});
