import assert from "node:assert/strict";
import { join } from "node:path";
import { playground } from "./playground.ts";
import { stable } from "./stable.ts";

const HELLO = `
persistent_worker: {}
hello_task:
  greet_script:
    - echo "Hello from $CIRRUS_TASK_NAME"
    - cat data.txt
`;

Deno.test("a run whose tasks pass ends with 0 and leaves nothing behind", async () => {
  await using place = await playground({ ".cirrus.yml": HELLO, "data.txt": "delivered\n" });
  const { code, stdout, stderr } = await place.run(["run"]);
  assert.equal(stderr, "");
  assert.equal(
    stable(stdout),
    `[hello] started
[hello] clone: started
[hello] clone | Copied 2 files of PROJECT
[hello] clone: passed in TIME
[hello] greet: started
[hello] greet | echo "Hello from $CIRRUS_TASK_NAME"
[hello] greet | Hello from hello
[hello] greet | cat data.txt
[hello] greet | delivered
[hello] greet: passed in TIME
[hello] passed in TIME
1 passed in TIME
`,
  );
  assert.equal(code, 0);
  await place.assertNothingLeft();
});

Deno.test("a run with a task that fails ends with 1, and what depends on it is not run", async () => {
  await using place = await playground({
    ".cirrus.yml": `
persistent_worker: {}
broken_task:
  first_script: exit 3
  second_script: echo never
  always:
    last_script: echo always
after_task:
  depends_on: broken
  after_script: echo never
`,
  });
  const { code, stdout } = await place.run(["run"]);
  assert.equal(code, 1);
  assert.match(stable(stdout), /^\[broken\] first: failed in TIME$/m);
  assert.match(stdout, /^\[broken\] last \| always$/m);
  assert.match(stdout, /^\[after\] skipped: .*"broken", on which it depends, did not pass$/m);
  assert.match(stable(stdout), /^1 failed, 1 skipped in TIME$/m);
  assert.ok(!stdout.includes("| never"));
});

Deno.test("a failure that the file allows does not fail the run, nor what depends on it", async () => {
  await using place = await playground({
    ".cirrus.yml": `
persistent_worker: {}
flaky_task:
  allow_failures: true
  flaky_script: "false"
after_task:
  depends_on: flaky
  after_script: echo ran
`,
  });
  const { code, stdout } = await place.run(["run"]);
  assert.equal(code, 0);
  assert.match(stable(stdout), /^\[flaky\] failed in TIME \(allowed\)$/m);
  assert.match(stdout, /^\[after\] after \| ran$/m);
});

/** Each of two tasks goes on only when the other one has begun. */
const MEETING = `
persistent_worker: {}
a_task:
  meet_script: touch $SHARED/a && until [ -e $SHARED/b ]; do sleep 0.02; done
b_task:
  meet_script: touch $SHARED/b && until [ -e $SHARED/a ]; do sleep 0.02; done
`;

Deno.test("tasks run side by side, as many as --jobs allows", async () => {
  await using place = await playground({ ".cirrus.yml": MEETING });
  const { code } = await place.run(["run", "--jobs=2", "-e", `SHARED=${place.project}`]);
  assert.equal(code, 0);
});

Deno.test("tasks that do not fit together, or depend on each other, run one after the other", async () => {
  // A task fails when it finds another one at work.
  const alone =
    "mkdir $SHARED/busy && sleep 0.1 && rmdir $SHARED/busy && echo $CIRRUS_TASK_NAME >> $SHARED/order";
  await using place = await playground({
    ".cirrus.yml": `
first_task:
  depends_on: [second]
  persistent_worker: {}
  alone_script: ${alone}
second_task:
  persistent_worker: {resources: {seat: 2}}
  alone_script: ${alone}
third_task:
  persistent_worker: {resources: {seat: 1}}
  depends_on: [first]
  alone_script: ${alone}
fourth_task:
  persistent_worker: {resources: {seat: 2}}
  depends_on: [first]
  alone_script: ${alone}
`,
  });
  const { code, stdout } = await place.run(["run", "--jobs=4", "-e", `SHARED=${place.project}`]);
  assert.equal(code, 0, stdout);
  const order = (await Deno.readTextFile(join(place.project, "order"))).trim().split("\n");
  assert.deepEqual(order.slice(0, 2), ["second", "first"]);
  assert.equal(order.length, 4);
});

Deno.test("with one job tasks without resources run one after the other", async () => {
  const alone = "mkdir $SHARED/busy && sleep 0.1 && rmdir $SHARED/busy";
  const tasks = ["a", "b", "c"].map((name) => `${name}_task:\n  alone_script: ${alone}\n`).join("");
  await using place = await playground({ ".cirrus.yml": `persistent_worker: {}\n${tasks}` });
  const { code, stdout } = await place.run(["run", "--jobs", "1", "-e", `SHARED=${place.project}`]);
  assert.equal(code, 0, stdout);
});

const SEVERAL = `
persistent_worker: {}
build_task:
  alias: compile
  build_script: echo building
test_task:
  depends_on: build
  test_script: echo testing
docker_task:
  macos_instance: {image: tahoe}
  docker_script: echo on a Mac
deploy_task:
  depends_on: docker
  deploy_script: echo deploying
off_task:
  skip: true
  off_script: echo off
`;

Deno.test("one task is run by its name or alias, in any case, without what it depends on", async () => {
  await using place = await playground({ ".cirrus.yml": SEVERAL });
  const { code, stdout } = await place.run(["run", "TEST"]);
  assert.equal(code, 0);
  assert.match(stdout, /^\[test\] test \| testing$/m);
  assert.ok(!stdout.includes("[build]"));
  assert.match((await place.run(["run", "Compile"])).stdout, /^\[build\] build \| building$/m);
});

Deno.test("tasks that cannot run here are listed as skipped with the reason", async () => {
  await using place = await playground({ ".cirrus.yml": SEVERAL });
  const { code, stdout } = await place.run(["run"]);
  assert.equal(code, 0);
  assert.match(stdout, /^\[docker\] skipped: it needs tart, which is not in PATH: install it with /m);
  assert.match(stdout, /^\[deploy\] skipped: it depends on "docker", which cannot run here$/m);
  assert.match(stdout, /^\[off\] skipped: /m);
  assert.match(stable(stdout), /^2 passed, 3 skipped in TIME$/m);
});

for (
  const [what, files, args, message] of [
    ["there is no file", {}, [], /^No \.cirrus\.yml in .*: change to a project's directory, or write one\n$/],
    [
      "there is only a Starlark file",
      { ".cirrus.star": "" },
      [],
      /^Cannot read \.cirrus\.star: Starlark is not supported/,
    ],
    [
      "the file is wrong",
      { ".cirrus.yml": "a_task:\n  timeout_in: soon\n" },
      [],
      /^\.cirrus\.yml:2:3: .*\n {2}2 \| {3}timeout_in: soon\n/,
    ],
    [
      "the task is unknown",
      { ".cirrus.yml": SEVERAL },
      ["biuld"],
      /^No task named "biuld": did you mean "build"\?\n$/,
    ],
    [
      "no task can run here",
      { ".cirrus.yml": SEVERAL },
      ["docker"],
      /^Nothing to run in \.cirrus\.yml:\n {2}docker: skipped, it needs tart, which is not in PATH: /,
    ],
    [
      "the file has no tasks",
      { ".cirrus.yml": "env: {A: b}\n" },
      [],
      /^Nothing to run in \.cirrus\.yml: it has no tasks/,
    ],
    [
      "a file of variables is missing",
      { ".cirrus.yml": HELLO },
      ["--env-file=none"],
      /^Cannot read the file of --env-file: No such file/,
    ],
    [
      "a file of variables is wrong",
      { ".cirrus.yml": HELLO, "v": "A=1\nB" },
      ["--env-file=v"],
      /^v:2: Expected "=" after B; write B=VALUE\n$/,
    ],
    [
      "a revision is unknown",
      { ".cirrus.yml": HELLO },
      ["--affected-files-git=nope"],
      /^Cannot find the files that differ from nope: /,
    ],
  ] as const
) {
  Deno.test(`a run ends with 2 and says what to do when ${what}`, async () => {
    await using place = await playground(files);
    const { code, stdout, stderr } = await place.run(["run", ...args]);
    assert.deepEqual([code, stdout], [2, ""], stderr);
    assert.match(stderr, message);
    await place.assertNothingLeft();
  });
}

Deno.test("--dirty runs in the project itself", async () => {
  await using place = await playground({
    ".cirrus.yml": "a_task:\n  persistent_worker: {}\n  a_script: echo made > made.txt && pwd\n",
  });
  const { code, stdout } = await place.run(["run", "--dirty"]);
  assert.equal(code, 0);
  assert.ok(stdout.includes(`[a] a | ${await Deno.realPath(place.project)}\n`), stdout);
  assert.equal(await Deno.readTextFile(join(place.project, "made.txt")), "made\n");
  await place.assertNothingLeft();
});

Deno.test("without --dirty the project stays as it is", async () => {
  await using place = await playground({
    ".cirrus.yml": "a_task:\n  persistent_worker: {}\n  a_script: echo made > made.txt\n",
  });
  assert.equal((await place.run(["run"])).code, 0);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(place.project), ({ name }) => name), [".cirrus.yml"]);
});

Deno.test("variables of the flags win over those of the file, and decide what runs", async () => {
  await using place = await playground({
    ".cirrus.yml": `
persistent_worker: {}
env: {A: file, B: file, C: file, D: file}
show_task:
  only_if: $MODE == 'show'
  show_script: echo "$A $B $C $D $CI $CIRRUS_ENVIRONMENT"
hidden_task:
  only_if: $MODE == 'hide'
  hidden_script: exit 1
`,
    "vars.env": "B='from file'\nC=from_file\nMODE=hide\n",
  });
  const flags = [
    "--env-file=vars.env",
    "-e",
    "C=flag",
    "--environment",
    "D",
    "-e",
    "MODE=show",
    "--env=NONE",
  ];
  const { code, stdout, stderr } = await place.run(["run", ...flags], { D: "host" });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^\[show\] show \| file from file flag host true CLI$/m);
  assert.match(stderr, /^Warning: NONE of --env is not set in the environment: write NONE=VALUE$/m);
});

Deno.test("secrets do not show in the output, nor does the worker's own token reach a task", async () => {
  await using place = await playground({
    ".cirrus.yml": "a_task:\n  persistent_worker: {}\n  a_script: printenv DEPLOY_TOKEN; env\n",
  });
  const { stdout } = await place.run(["run", "-e", "DEPLOY_TOKEN=very-secret"], {
    CIRRUS_WORKER_TOKEN: "of-a-worker",
  });
  assert.match(stdout, /^\[a\] a \| HIDDEN-BY-CIRRUS-CI$/m);
  assert.ok(!stdout.includes("very-secret"));
  assert.ok(!stdout.includes("of-a-worker"));
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`after ${signal} the run ends with ${code}, without a process or a file left`, async () => {
    await using place = await playground({
      ".cirrus.yml": `
persistent_worker: {}
long_task:
  long_script:
    - setsid sleep 1000 & nohup sleep 1000 &
    - echo waiting
    - sleep 1000
next_task:
  depends_on: long
  next_script: echo next
`,
    });
    const program = place.start(["run"]);
    await program.hasPrinted("long | waiting");
    program.kill(signal);
    const end = await program.ended;
    assert.equal(end.code, code, end.stderr);
    assert.match(stable(end.stdout), /^\[long\] cancelled after TIME$/m);
    assert.match(end.stdout, /^\[next\] skipped: cancelled/m);
    await place.assertNothingLeft();
  });
}

Deno.test("a script that ignores everything does not outlive the second Ctrl-C", async () => {
  await using place = await playground({
    ".cirrus.yml": `
stubborn_task:
  persistent_worker: {}
  stubborn_script:
    - trap '' INT TERM HUP
    - echo waiting
    - while true; do sleep 0.1; done
`,
  });
  const program = place.start(["run"]);
  await program.hasPrinted("stubborn | waiting");
  program.kill("SIGINT");
  program.kill("SIGINT");
  assert.equal((await program.ended).code, 130);
  await place.assertNothingLeft();
});

Deno.test("output that nobody reads any more ends the run", async () => {
  await using place = await playground({
    ".cirrus.yml": "a_task:\n  persistent_worker: {}\n  a_script: while echo line; do sleep 0.01; done\n",
  });
  const program = place.start(["run"]);
  await program.hasPrinted("a | line");
  program.closeOutput();
  const { code, stderr } = await program.ended;
  assert.equal(code, 1);
  assert.match(stderr, /^Cannot write to standard output: Broken pipe/m);
  await place.assertNothingLeft();
});

Deno.test("long output comes complete and in order", async () => {
  await using place = await playground({
    ".cirrus.yml": "a_task:\n  persistent_worker: {}\n  a_script: seq 1 200000\n",
  });
  const { stdout } = await place.run(["run"]);
  const lines = stdout.split("\n").flatMap((line) => /^\[a\] a \| (\d+)$/.exec(line)?.[1] ?? []);
  assert.equal(lines.length, 200_000);
  assert.ok(lines.every((line, index) => line === String(index + 1)));
});

Deno.test("a task that is silent but alive is not given up, however short the timeout", async () => {
  await using place = await playground({
    ".cirrus.yml": "a_task:\n  persistent_worker: {}\n  a_script: sleep 3\n",
  });
  const { code, stdout } = await place.run(["run", "--heartbeat-timeout=1500ms"]);
  assert.equal(code, 0, stdout);
});
