import assert from "node:assert/strict";
import {
  Command_CommandExecutionBehavior as Behaviour,
  Status,
} from "../../proto/gen/cirrus_ci_service_pb.ts";
import { AgentUnderTest, script } from "./agent_under_test.ts";

Deno.test("after a failure ON_FAILURE and ALWAYS commands run, the others are skipped", async () => {
  await using agent = await AgentUnderTest.create();
  agent.upstream.commands = {
    timeoutInSeconds: 60n,
    commands: [
      script("early", "true", Behaviour.ON_FAILURE),
      script("fails", "false"),
      script("next", "true"),
      script("cleans up", "true", Behaviour.ON_FAILURE),
      script("always", "true", Behaviour.ALWAYS),
      script("late", "true", Behaviour.ON_TIMEOUT),
    ],
  };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: false });
  assert.deepEqual(agent.upstream.states, {
    early: "SKIPPED",
    fails: "FAILED",
    next: "SKIPPED",
    "cleans up": "COMPLETED",
    always: "COMPLETED",
    late: "SKIPPED",
  });
});

Deno.test("10,000 commands are told of in a few reports, and each in the last one", async () => {
  await using agent = await AgentUnderTest.create();
  const names = Array.from({ length: 10_000 }, (_, index) => `command ${index}`);
  agent.upstream.commands = {
    commands: [script("fails", "exit 1"), ...names.map((name) => script(name, "true"))],
  };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: false });
  assert.ok(agent.upstream.updates.length < 5, `${agent.upstream.updates.length} reports`);
  const results = agent.upstream.finished[0]?.commandResults ?? [];
  assert.deepEqual(results.map(({ name }) => name), ["fails", ...names]);
  assert.ok(results.slice(1).every(({ status }) => status === Status.SKIPPED));
});

Deno.test("a task that failed before goes on as a failed one", async () => {
  await using agent = await AgentUnderTest.create();
  agent.upstream.commands = {
    failedAtLeastOnce: true,
    commands: [script("next", "true"), script("cleans up", "true", Behaviour.ON_FAILURE)],
  };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: false });
  assert.deepEqual(agent.upstream.states, { next: "SKIPPED", "cleans up": "COMPLETED" });
});

Deno.test("when the time runs out the script ends, its log says so, and the last commands get their extra time", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = {
    timeoutInSeconds: 1n,
    commands: [
      script("hangs", "printf unfinished; sleep 1000"),
      script("next", "true"),
      script("cleans up", "echo never", Behaviour.ON_FAILURE),
      script("on timeout", "echo here", Behaviour.ON_TIMEOUT),
      script("always", "echo here too", Behaviour.ALWAYS),
    ],
  };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: false });
  assert.deepEqual(upstream.states, {
    hangs: "FAILED",
    next: "SKIPPED",
    "cleans up": "FAILED",
    "on timeout": "COMPLETED",
    always: "COMPLETED",
  });
  const limit = "Timed out! The task's time limit of 1 s (timeout_in) ran out\n";
  assert.equal(upstream.savedText("hangs"), `printf unfinished; sleep 1000\nunfinished\n${limit}`);
  assert.equal(upstream.savedText("cleans up"), limit);
  assert.equal(upstream.savedText("on timeout"), "echo here\nhere\n");
  assert.equal(
    upstream.updates.flat().find(({ name, status }) => name === "hangs" && status === 5)?.signaledToExit,
    false,
  );
});

Deno.test("the extra time ends too", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = {
    timeoutInSeconds: 1n,
    commands: [script("hangs", "sleep 1000", Behaviour.ALWAYS), script("last", "true", Behaviour.ALWAYS)],
  };
  await agent.run({ extraMs: 100 });
  assert.deepEqual(upstream.states, { hangs: "FAILED", last: "FAILED" });
  assert.match(
    upstream.savedText("hangs"),
    /\nTimed out! .* and the 0\.1 s that its last commands get at least ran out\n$/,
  );
});

Deno.test("a script that ignores being asked is killed", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = {
    timeoutInSeconds: 1n,
    commands: [script("deaf", "trap '' TERM; while true; do sleep 1000 & wait; done")],
  };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: false });
  assert.match(upstream.savedText("deaf"), /Timed out!/);
});

Deno.test("exit ends the list, and what comes after is skipped", async () => {
  await using agent = await AgentUnderTest.create();
  agent.upstream.commands = {
    commands: [
      script("one", "true"),
      { name: "leave", instruction: { case: "exitInstruction", value: {} } },
      script("two", "true", Behaviour.ALWAYS),
    ],
  };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: true });
  assert.deepEqual(agent.upstream.states, { one: "COMPLETED", leave: "COMPLETED", two: "SKIPPED" });
});

Deno.test("what a command writes to CIRRUS_ENV is a variable of the next ones", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = {
    environment: { BASE: "base" },
    commands: [
      script("sets", ['echo "A=1" >> "$CIRRUS_ENV"', 'echo "B=\\$BASE/b" >> "$CIRRUS_ENV"', 'echo "[$A]"']),
      script("uses", 'echo "[$A $B]"; cat "$CIRRUS_ENV"'),
    ],
  };
  await agent.run();
  assert.match(upstream.savedText("sets"), /^\[\]$/m);
  assert.match(upstream.savedText("uses"), /^\[1 base\/b\]\n$/m);
});

Deno.test("what a command writes to CIRRUS_ENV is hidden where the task says that it is sensitive", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = {
    environment: { CIRRUS_ENV_SENSITIVE: "true" },
    commands: [script("sets", 'echo "A=hunt""er2" >> "$CIRRUS_ENV"'), script("uses", 'echo "[$A]"')],
  };
  await agent.run();
  assert.equal(upstream.savedText("uses"), 'echo "[$A]"\n[HIDDEN-BY-CIRRUS-CI]\n');
});

Deno.test("a command that fails leaves its variables too, and lines that are none are said without their text", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = {
    commands: [
      script("sets", ['printf "A=1\\nhunter""2\\n" > "$CIRRUS_ENV"', "false"]),
      script("uses", 'echo "[$A]"', Behaviour.ALWAYS),
    ],
  };
  await agent.run();
  assert.match(
    upstream.savedText("sets"),
    /\nReading the file that CIRRUS_ENV names: line 2: it must read KEY=VALUE\n$/,
  );
  assert.ok(!upstream.savedText("sets").includes("hunter2"));
  assert.match(upstream.savedText("uses"), /^\[1\]$/m);
});

Deno.test("a command that removes its CIRRUS_ENV file leaves nothing, and that is fine", async () => {
  await using agent = await AgentUnderTest.create();
  agent.upstream.commands = { commands: [script("removes", 'rm "$CIRRUS_ENV"')] };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: true });
  assert.equal(agent.upstream.savedText("removes"), 'rm "$CIRRUS_ENV"\n');
});

Deno.test("pipes in the places of a command's files hold nobody up, and are said", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = {
    commands: [
      script("leaves", 'rm "$CIRRUS_ENV"; mkfifo "$CIRRUS_ENV" "$(dirname "$0")/4.sh"'),
      script("meets", "echo here"),
    ],
  };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: false });
  assert.deepEqual(upstream.states, { leaves: "COMPLETED", meets: "FAILED" });
  assert.match(upstream.savedText("leaves"), /^Reading the file that CIRRUS_ENV names: .*it is no file$/m);
  assert.match(upstream.savedText("meets"), /^Writing .*4\.sh: it is no file but a pipe$/m);
  assert.deepEqual(agent.leftovers(), []);
});

Deno.test("a CIRRUS_ENV file that is too large to be variables is said", async () => {
  await using agent = await AgentUnderTest.create();
  agent.upstream.commands = { commands: [script("floods", 'head -c 9000000 /dev/zero > "$CIRRUS_ENV"')] };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: true });
  assert.match(
    agent.upstream.savedText("floods"),
    /\nReading the file that CIRRUS_ENV names: It is larger than 8388608 bytes\n$/,
  );
});
