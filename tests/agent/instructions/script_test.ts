import assert from "node:assert/strict";
import { Status } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { AgentUnderTest, script } from "../agent_under_test.ts";

/** Runs one script and tells what became of it. */
async function run(lines: string | string[], environment: Record<string, string> = {}) {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = { environment, timeoutInSeconds: 60n, commands: [script("main", lines)] };
  await agent.run();
  const result = upstream.finished[0]?.commandResults[0];
  return {
    status: Status[result?.status ?? Status.CREATED],
    signaledToExit: result?.signaledToExit,
    log: upstream.savedText("main"),
    bytes: upstream.saved[0]?.bytes() ?? new Uint8Array(0),
    live: upstream.liveText("main"),
    directory: agent.workingDirectory,
    leftovers: agent.leftovers(),
  };
}

Deno.test("each line is shown before it runs, and what it writes comes in order", async () => {
  const { status, log, live } = await run(["echo one; echo two >&2; echo three", "echo four"]);
  assert.equal(status, "COMPLETED");
  assert.equal(log, "echo one; echo two >&2; echo three\none\ntwo\nthree\necho four\nfour\n");
  assert.equal(live, log);
});

Deno.test("the first line that fails ends the script", async () => {
  const { status, log } = await run(["echo one", "false", "echo never"]);
  assert.equal(status, "FAILED");
  assert.equal(log, "echo one\none\nfalse\n");
});

Deno.test("a failure within a pipeline counts", async () => {
  assert.equal((await run("false | true")).status, "FAILED");
});

Deno.test("an exit status above 1 is noted, on a line of its own", async () => {
  assert.equal(
    (await run("printf unfinished; exit 42")).log,
    "printf unfinished; exit 42\nunfinished\nExit status: 42\n",
  );
});

Deno.test("the signal that ended a script is noted and reported", async () => {
  const { status, signaledToExit, log } = await run("kill -KILL $$");
  assert.deepEqual([status, signaledToExit], ["FAILED", true]);
  assert.equal(log, "kill -KILL $$\nSignaled to exit (SIGKILL)!\n");
});

Deno.test("a script runs in the working directory, by bash where there is one", async () => {
  const { log, directory } = await run('pwd; echo "${BASH_VERSION:+bash}"');
  assert.match(log, new RegExp(`\\n${directory}\\nbash\\n$`));
});

Deno.test("CIRRUS_SHELL is the shell, and SHELL says so to programs", async () => {
  const { status, log } = await run('echo "[$BASH_VERSION]"', { CIRRUS_SHELL: "/bin/sh" });
  assert.equal(status, "COMPLETED");
  assert.match(log, /\n\[\]\n$/);
});

Deno.test("a shell without pipefail runs the script all the same", async () => {
  const { status, log } = await run("false | echo here", { CIRRUS_SHELL: "dash" });
  assert.equal(status, "COMPLETED");
  assert.match(log, /here/);
});

Deno.test("direct runs a command without a shell", async () => {
  const { log } = await run("printf '%s|' $NAME '*' $HOME", { CIRRUS_SHELL: "direct", NAME: "value" });
  assert.match(log, /^value\|\*\|\/tmp\/.*\|$/);
});

Deno.test("a shell that does not exist fails the command by name", async () => {
  const { status, log } = await run("true", { CIRRUS_SHELL: "no-such-shell" });
  assert.equal(status, "FAILED");
  assert.match(log, /no-such-shell/);
});

Deno.test("a variable that Linux starts no program with is named", async () => {
  const { status, log } = await run("true", { BIG: `'"\n$`.repeat(250_000) });
  assert.equal(status, "FAILED");
  assert.match(log, /^The environment variable BIG is too large: .* put the value into a file instead\n$/);
});

Deno.test("values with line breaks and quotation marks reach the script as they are", async () => {
  const value = `'single' "double" \`back\`\n\tsecond line $5 \\ é\n`.repeat(1_000);
  const { bytes } = await run('printf %s "$VALUE"', { VALUE: value });
  assert.equal(new TextDecoder().decode(bytes), `printf %s "$VALUE"\n${value}`);
});

Deno.test("bytes that are no text arrive as they were written", async () => {
  const { bytes } = await run("printf '\\000\\377\\376\\200'");
  assert.deepEqual([...bytes.slice(-4)], [0, 255, 254, 128]);
});

Deno.test("50 MB without a line break arrive whole", async () => {
  const { status, bytes, leftovers } = await run("head -c 50000000 /dev/zero | tr '\\0' x");
  assert.equal(status, "COMPLETED");
  const echoed = "head -c 50000000 /dev/zero | tr '\\0' x\n".length;
  assert.equal(bytes.length, echoed + 50_000_000);
  assert.ok(bytes.subarray(echoed).every((byte) => byte === 120));
  assert.deepEqual(leftovers, []);
});

Deno.test("what a script leaves in the background is ended and does not hold the task", async () => {
  const { status, log } = await run("sleep 1000 & nohup sleep 1000 & echo done");
  assert.equal(status, "COMPLETED");
  assert.match(log, /done\n$/);
});

Deno.test("a script that closes its output still ends as it does", async () => {
  const { status, log } = await run(["exec >&- 2>&-", "exit 3"]);
  assert.equal(status, "FAILED");
  assert.match(log, /Exit status: 3\n$/);
});

Deno.test("a script that kills its own group ends itself only", async () => {
  const { status, signaledToExit } = await run("kill -KILL 0");
  assert.deepEqual([status, signaledToExit], ["FAILED", true]);
});

Deno.test("a script may remove the folder for temporary files and its own working directory", async () => {
  await using agent = await AgentUnderTest.create();
  agent.upstream.commands = {
    commands: [
      script("removes", ['rm -rf "$CIRRUS_WORKING_DIR" "$(dirname "$CIRRUS_ENV")"']),
      script("next", "pwd"),
    ],
  };
  assert.deepEqual(await agent.run(), { kind: "finished", passed: true });
  assert.match(agent.upstream.savedText("next"), new RegExp(`\\n${agent.workingDirectory}\\n$`));
});

Deno.test("secrets are hidden in the log: sensitive variables and what the upstream names", async () => {
  await using agent = await AgentUnderTest.create();
  const { upstream } = agent;
  upstream.commands = {
    environment: { DB_PASSWORD: "hunter2", KEY_SECRET: "line 1\nline 2\n" },
    secretsToMask: ["named-by-upstream"],
    commands: [
      script("main", [
        'echo "$DB_PASSWORD named-by-""upstream"',
        "printf hun; sleep 0.05; echo ter2",
        'printf %s "$KEY_SECRET"; echo after',
      ]),
    ],
  };
  await agent.run();
  const hidden = "HIDDEN-BY-CIRRUS-CI";
  const [, first, , second, , third] = upstream.savedText("main").split("\n");
  assert.deepEqual([first, second, third], [`${hidden} ${hidden}`, hidden, `${hidden}after`]);
  assert.equal(upstream.liveText("main"), upstream.savedText("main"));
});

Deno.test("lines have the time in front of them where the task asks for it", async () => {
  const { log } = await run("printf 'one\\ntwo'", { CIRRUS_LOG_TIMESTAMP: "true" });
  const lines = log.split("\n");
  assert.ok(lines.every((line) => /^\[\d\d:\d\d:\d\d\.\d{3}\] /.test(line)), log);
  assert.deepEqual(lines.map((line) => line.slice("[HH:MM:SS.mmm] ".length)), [
    "printf 'one\\ntwo'",
    "one",
    "two",
  ]);
});
