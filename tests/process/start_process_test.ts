import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { AbortReason } from "../../lib/async/abort_reason.ts";
import { endMarkedProcesses } from "../../lib/process/family/end_marked_processes.ts";
import { eventually } from "../helpers/eventually.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { ENVIRONMENT, outputText, runShell, Sleeper, startShell } from "./shell.ts";

const onLinux = { ignore: Deno.build.os !== "linux" };

Deno.test("standard output and standard error come as one stream in the order they were written", async () => {
  const { text } = await runShell(
    "for i in 1 2 3; do echo o$i; echo e$i >&2; done; ls /nonexistent; echo o4",
  );
  assert.match(text, /^o1\ne1\no2\ne2\no3\ne3\nls: .*\no4\n$/);
});

Deno.test("a program has the environment it was given and nothing of the worker's", async () => {
  Deno.env.set("CIRRUS_TEST_SECRET", "of the worker");
  const { text } = await runShell("env -0", {
    environment: new Map([...ENVIRONMENT, ["LINES", "a\n'b' \"c\" $d"]]),
  });
  Deno.env.delete("CIRRUS_TEST_SECRET");
  const variables = text.split("\0");
  assert.ok(variables.includes("LINES=a\n'b' \"c\" $d"));
  assert.ok(!text.includes("of the worker"));
  const names = variables.map((variable) => variable.split("=")[0]).filter(Boolean).sort();
  assert.deepEqual(names, ["CIRRUS_PROCESS_MARK", "LINES", "PATH", "PWD", "SHLVL", "_"]);
});

Deno.test("variables whose names are no shell names arrive, too, and no start-up file of bash is read", async () => {
  await using directory = await temporaryDirectory();
  await Deno.writeTextFile(`${directory.path}/startup`, "echo start-up file");
  const environment = new Map([
    ...ENVIRONMENT,
    ["signing.keyId", "abc"],
    ["BASH_ENV", `${directory.path}/startup`],
  ]);
  const { text } = await runShell("env", { environment, shell: "sh" });
  assert.ok(!text.includes("start-up file"));
  const direct = await runShell("env", { environment: new Map([...environment, ["BASH_ENV", ""]]) });
  assert.ok(direct.text.includes("signing.keyId=abc\n"));
});

Deno.test("a program runs in its working directory", async () => {
  await using directory = await temporaryDirectory();
  const { text } = await runShell("pwd -P", { workingDirectory: directory.path });
  assert.equal(text, `${await Deno.realPath(directory.path)}\n`);
});

Deno.test("a program has nothing to read from", async () => {
  assert.deepEqual(await runShell("cat"), { text: "", status: { kind: "exited", code: 0 } });
});

Deno.test("an exit status is told from a death by the signal of the same number", async () => {
  assert.deepEqual((await runShell("exit 137")).status, { kind: "exited", code: 137 });
  assert.deepEqual((await runShell("kill -KILL $$")).status, { kind: "signaled", signal: "SIGKILL" });
  assert.deepEqual((await runShell("exit 141")).status, { kind: "exited", code: 141 });
  assert.deepEqual((await runShell("kill -PIPE $$")).status, { kind: "signaled", signal: "SIGPIPE" });
  assert.deepEqual((await runShell("kill -TERM $$")).status, { kind: "signaled", signal: "SIGTERM" });
});

Deno.test("nothing that a script leaves behind runs on once it is over", async () => {
  const sleeper = new Sleeper();
  const { status } = await runShell(`
    ${sleeper.command} &
    nohup ${sleeper.command} > /dev/null &
    setsid ${sleeper.command} &
    (setsid sh -c '${sleeper.command} & ${sleeper.command} &' &)
    env -i ${sleeper.command} &
    until [ "$(pgrep -cxf '${sleeper.command}')" = 6 ]; do :; done
    exit 3`);
  assert.deepEqual(status, { kind: "exited", code: 3 });
  assert.equal(await sleeper.count(), 0);
});

Deno.test("what leaves its session with an empty environment does not escape on Linux", onLinux, async () => {
  const sleeper = new Sleeper();
  const detach = `(env -i setsid sh -c '${sleeper.command} > /dev/null & exit' &)`;
  const detached = `until pgrep -xf '${sleeper.command}' > /dev/null; do :; done`;
  const stop = new AbortController();
  const other = await startShell(`${detach}; ${detached}; echo detached; sleep 1000`, {
    signal: stop.signal,
  });
  await outputText(other).holds("detached");
  await runShell(`${detach}; exit 0`);
  assert.equal(await sleeper.count(), 1, "only its own script's end ends it");
  stop.abort();
  await other.status;
  assert.equal(await sleeper.count(), 0);

  await runShell(`${detach}; ${detached}`, { keepEscaping: true, mark: "cirrus-test/cleared" });
  assert.equal(await sleeper.count(), 1);
  await endMarkedProcesses("cirrus-test/other");
  assert.equal(await sleeper.count(), 1);
  await endMarkedProcesses("cirrus-test/cleared");
  assert.equal(await sleeper.count(), 0);
});

Deno.test("what a long script leaves behind is found as well", async () => {
  const sleeper = new Sleeper();
  await runShell(`sleep 0.3; setsid ${sleeper.command} & until pgrep -xf '${sleeper.command}'; do :; done`);
  assert.equal(await sleeper.count(), 0);
});

Deno.test("nothing that a script wrote is lost when something it left behind holds the pipe", async () => {
  const { text } = await runShell("sleep 1000 & head -c 60000 /dev/zero | tr '\\0' x; echo; echo last words");
  assert.equal(text.length, 60_012);
  assert.match(text, /x\nlast words\n$/);
});

Deno.test("escaping processes are left alone, with their pipe, and do not hold the output", async () => {
  const sleeper = new Sleeper();
  const stop = new AbortController();
  const { text, status } = await runShell(
    `setsid sh -c 'while :; do echo going on; ${sleeper.command}; done' & until pgrep -xf '${sleeper.command}' >&2; do :; done; echo last words`,
    { keepEscaping: true, signal: stop.signal, mark: "cirrus-test/escaping" },
  );
  assert.match(text, /going on\n(\d+\n)?last words\n$/);
  assert.deepEqual(status, { kind: "exited", code: 0 });
  assert.equal(await sleeper.count(), 1);
  await endMarkedProcesses("cirrus-test/escaping");
  assert.equal(await sleeper.count(), 0);
});

Deno.test("an abort asks the whole tree to end, and says how the program ended", async () => {
  const stop = new AbortController();
  const sleeper = new Sleeper();
  const process = await startShell(
    `(trap 'echo child was asked; exit 0' TERM; echo child ready; while :; do sleep 0.01; done) &
     setsid ${sleeper.command} &
     trap 'wait; echo asked; exit 7' TERM; echo parent ready; wait`,
    { signal: stop.signal },
  );
  const text = outputText(process);
  await text.holds("child ready\n");
  await text.holds("parent ready\n");
  stop.abort(new AbortReason("cancelled", "Cancelled by a test"));
  assert.deepEqual(await process.status, { kind: "exited", code: 7 });
  assert.match(await text.all(), /child was asked\nasked\n$/);
  assert.equal(await sleeper.count(), 0);
});

Deno.test("a program is asked to end once, not twice", async () => {
  const stop = new AbortController();
  const process = await startShell("trap 'echo asked' TERM; echo ready; sleep 0.3 & wait; wait; wait", {
    signal: stop.signal,
  });
  const text = outputText(process);
  await text.holds("ready\n");
  stop.abort(new AbortReason("cancelled", "Cancelled by a test"));
  assert.equal(await text.all(), "ready\nasked\n");
});

Deno.test("what ignores SIGTERM is killed", async () => {
  const stop = new AbortController();
  const sleeper = new Sleeper();
  const process = await startShell(`trap '' TERM; setsid ${sleeper.command} & echo ready; wait`, {
    signal: stop.signal,
  });
  await outputText(process).holds("ready\n");
  stop.abort(new AbortReason("timeout", "Out of time in a test"));
  assert.deepEqual(await process.status, { kind: "signaled", signal: "SIGKILL" });
  assert.equal(await sleeper.count(), 0);
});

Deno.test("an abort also ends a program whose output nobody reads", async () => {
  const stop = new AbortController();
  await using directory = await temporaryDirectory();
  const process = await startShell(": > started; exec yes", {
    signal: stop.signal,
    workingDirectory: directory.path,
  });
  await eventually(() => existsSync(`${directory.path}/started`));
  stop.abort(new AbortReason("cancelled", "Cancelled by a test"));
  assert.deepEqual(await process.status, { kind: "signaled", signal: "SIGTERM" });
  await process.output.cancel();
});

Deno.test("nothing is started once the signal has aborted", async () => {
  const reason = new AbortReason("cancelled", "Cancelled by a test");
  await assert.rejects(startShell("true", { signal: AbortSignal.abort(reason) }), reason);
});

Deno.test("a program that closes its outputs runs on", async () => {
  await using directory = await temporaryDirectory();
  const { text, status } = await runShell(
    "echo before; exec >&- 2>&-; sleep 0.1; : > done; exit 4",
    { workingDirectory: directory.path },
  );
  assert.equal(text, "before\n");
  assert.deepEqual(status, { kind: "exited", code: 4 });
  assert.ok((await Deno.stat(`${directory.path}/done`)).isFile);
});

Deno.test("output need not be UTF-8", async () => {
  const process = await startShell("printf '\\377\\376a\\000\\200'");
  assert.deepEqual(
    new Uint8Array(await new Response(process.output).arrayBuffer()),
    new Uint8Array([0xff, 0xfe, 0x61, 0, 0x80]),
  );
});

Deno.test("50 MB without a newline arrive", async () => {
  const process = await startShell("head -c 50000000 /dev/zero");
  let size = 0;
  for await (const chunk of process.output) size += chunk.byteLength;
  assert.equal(size, 50_000_000);
});

Deno.test("a program waits for the reader of its output", async () => {
  await using directory = await temporaryDirectory();
  const process = await startShell("head -c 5000000 /dev/zero; : > done", {
    workingDirectory: directory.path,
  });
  const reader = process.output.getReader();
  let { size = 0 } = { size: (await reader.read()).value?.byteLength };
  // Were it not held up, it would be over in the time that other programs take from start to end.
  for (let other = 0; other < 20; other++) await runShell("true");
  await assert.rejects(Deno.stat(`${directory.path}/done`), Deno.errors.NotFound);
  for (let next = await reader.read(); !next.done; next = await reader.read()) size += next.value.byteLength;
  assert.equal(size, 5_000_000);
});

Deno.test("cancelling the output ends what writes to it", async () => {
  const process = await startShell("yes");
  await process.output.cancel();
  assert.deepEqual(await process.status, { kind: "signaled", signal: "SIGPIPE" });
});

Deno.test(
  "what is cancelled while no file can be opened ends all the same, and does not end the worker",
  { ignore: Deno.build.os !== "linux" },
  async () => {
    const driver = new URL("./cancel_without_files.ts", import.meta.url).pathname;
    const { stdout, stderr } = await new Deno.Command("/bin/sh", {
      args: ["-c", 'ulimit -n 256; exec "$@"', "sh", Deno.execPath(), "run", "-A", driver],
    }).output();
    assert.equal(
      new TextDecoder().decode(stdout),
      "signaled, cancelled\n",
      new TextDecoder().decode(stderr),
    );
  },
);

for (
  const script of [
    "kill -KILL -- -$PPID",
    "kill -KILL $PPID",
    "kill -KILL 0",
    "kill -KILL -- -$(ps -o pgid= -p $PPID | tr -d ' ')",
  ]
) {
  Deno.test(
    `a script that does '${script}' does not end the worker`,
    { ignore: Deno.build.os !== "linux" },
    async () => {
      const driver = new URL("./run_script_and_survive.ts", import.meta.url).pathname;
      // It leads a group, as a worker does that a service manager or a shell has started.
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", driver, script],
        detached: true,
      }).output();
      assert.equal(new TextDecoder().decode(stdout), "the worker lives: signaled SIGKILL\n");
    },
  );
}
