import assert from "node:assert/strict";
import { join } from "node:path";
import { eventually } from "../helpers/eventually.ts";
import { git } from "../helpers/git.ts";
import { RawWorker, TOKEN } from "../controller/raw_worker.ts";
import { waitForTask } from "../controller/running_controller.ts";
import { type ControllerSite, controllerSite } from "./controller_site.ts";

/** A definition whose tasks clone nothing. */
const definition = (...tasks: string[]) => ["persistent_worker: {}", ...tasks].join("\n");

const scripted = (name: string, script: string, more = "") =>
  `${name}_task:\n  clone_script: "true"\n  main_script: ${JSON.stringify(script)}\n${more}`;

async function write(site: ControllerSite, text: string, path = ".cirrus.yml"): Promise<void> {
  await Deno.writeTextFile(join(site.directory, path), text);
}

function closedAddress(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${listener.addr.port}`;
}

/** Makes a build of what is in the directory; resolves with it as the command prints it. */
async function submit(site: ControllerSite, ...args: string[]) {
  const { exitCode, stdout, stderr } = await site.cirrus("submit", "--json", ...args);
  assert.equal(exitCode, 0, stderr);
  const build: { id: string; tasks: { id: string; name: string }[] } = JSON.parse(stdout);
  return { ...build, taskId: build.tasks[0]?.id ?? "" };
}

Deno.test("submit --follow shows what cirrus run would, and ends as it does", async () => {
  await using site = await controllerSite();
  await site.startWorker("mini");
  await write(
    site,
    definition(scripted("good", "echo $GREETING, $CIRRUS_BRANCH"), scripted("bad", "exit 3")),
  );
  const passed = await site.cirrus("submit", "--follow", "-e", "GREETING=hello", "--branch=main", "GOOD");
  assert.equal(passed.exitCode, 0, passed.stderr);
  assert.match(passed.stdout, /^\[good\] main \| hello, main$/m);
  assert.match(passed.stdout, /^\[good\] passed in .*$/m);
  assert.match(passed.stdout, /^1 passed in .*\n$/m);
  const failed = await site.cirrus("submit", "--follow", "--env=GREETING=x");
  assert.equal(failed.exitCode, 1);
  assert.match(failed.stdout, /^1 passed, 1 failed in /m);
});

Deno.test("submit --follow --json prints the build as it ended", async () => {
  await using site = await controllerSite();
  await site.startWorker("mini");
  await write(site, definition(scripted("bad", "exit 3")), "other.yml");
  const { exitCode, stdout } = await site.cirrus("submit", "--follow", "--json", "--file=other.yml");
  assert.equal(exitCode, 1);
  const { status, tasks } = JSON.parse(stdout);
  assert.deepEqual([status, tasks[0].status, tasks[0].cause], ["failed", "failed", "command"]);
});

Deno.test("submit in a git clone says where the tasks are to clone from", async () => {
  await using site = await controllerSite();
  await write(site, definition(scripted("one", "true")));
  await git(site.directory, "init", "--quiet", "--initial-branch=main");
  await git(site.directory, "remote", "add", "origin", "https://git.example.com/team/app.git");
  await git(site.directory, "commit", "--quiet", "--allow-empty", "--message=The first");
  const { exitCode, stdout, stderr } = await site.cirrus("submit");
  assert.equal(exitCode, 0, stderr);
  assert.match(
    stderr,
    /^Warning: no branch of https:.* push it first\nWarning: no worker has ever connected: .*\n$/,
  );
  const [, id = ""] = /^Build (\d+) is made; "cirrus builds \d+" shows how far it is\n/.exec(stdout) ?? [];
  assert.match(stdout, /^\d+ +one +triggered$/m);
  const head = (await git(site.directory, "rev-parse", "HEAD")).trim();
  const listed = await site.cirrus("builds");
  assert.match(
    listed.stdout,
    new RegExp(`^${id} +executing +\\S+ +\\S+ +main +${head.slice(0, 10)} +The first$`, "m"),
  );
});

Deno.test("submit warns at once of tasks that no known worker can take, and of tasks that have nothing to clone", async () => {
  await using site = await controllerSite();
  await write(site, "persistent_worker: {}\none_task:\n  main_script: true\n");
  const early = await site.cirrus("submit");
  assert.equal(early.exitCode, 0);
  assert.match(early.stderr, /^Warning: there is no git remote here .* --clone-url/m);
  assert.match(
    early.stderr,
    /^Warning: no worker has ever connected: the task "one" can only wait for one, which "cirrus worker run" starts$/m,
  );
  await site.startWorker("mini");
  await eventually(() => site.controller.workers.list().length === 1);
  await write(
    site,
    [
      scripted("good", "true", "  persistent_worker: {}\n"),
      ...["ios", "mac"].map((name) =>
        scripted(name, "true", "  persistent_worker: { labels: { os: plan9 } }\n")
      ),
      scripted("big", "true", "  persistent_worker: { resources: { gpu: 2 } }\n  depends_on: good\n"),
      scripted("windows", "dir", "  windows_container: { image: x }\n"),
    ].join("\n"),
  );
  const { exitCode, stdout, stderr } = await site.cirrus("submit");
  assert.equal(exitCode, 0, stderr);
  assert.deepEqual(stderr.trimEnd().split("\n"), [
    'Warning: no worker that is known here can take the tasks "ios", "mac": they wait until one comes that can; ' +
    `mini: label os is ${Deno.build.os} (wanted: plan9)`,
    'Warning: no worker that is known here can take the task "big": it waits until one comes that can; ' +
    "mini: has 0 gpu in all (wanted: 2)",
  ]);
  assert.match(stdout, /^\d+ +windows +skipped +it needs a windows container/m);
});

Deno.test("a command that is given a build's id for a task's, or the other way round, says so", async () => {
  await using site = await controllerSite();
  await write(site, definition(scripted("one", "true")));
  const { id, taskId } = await submit(site);
  const said = async (...args: string[]) => {
    const { exitCode, stderr } = await site.cirrus(...args);
    assert.equal(exitCode, 2);
    return stderr.trimEnd();
  };
  for (const command of ["logs", "rerun"]) {
    assert.equal(
      await said(command, id),
      `${id} is a build: name one of its tasks, which "cirrus builds ${id}" lists`,
    );
    assert.match(await said(command, "1"), /^There is no task 1: "cirrus builds" lists/);
  }
  for (const command of ["builds", "artifacts"]) {
    assert.equal(await said(command, taskId), `${taskId} is a task: name its build, which is ${id}`);
    assert.match(await said(command, "1"), /^There is no build 1: "cirrus builds" lists/);
  }
});

Deno.test("a file with errors is shown as validate shows it, and nothing is made", async () => {
  await using site = await controllerSite();
  await write(site, definition("one_task:\n  depends_on: two\n  main_script: true"));
  const { exitCode, stdout, stderr } = await site.cirrus("submit");
  assert.deepEqual([exitCode, stdout], [2, ""]);
  assert.match(stderr, /^\.cirrus\.yml:3:3: .*no task "two"/);
  assert.match(stderr, /\^/);
  assert.equal((await site.cirrus("builds")).stdout, 'There are no builds yet: "cirrus submit" makes one\n');
});

Deno.test("Ctrl-C stops following a build, which goes on", async () => {
  await using site = await controllerSite();
  await site.startWorker("mini");
  await eventually(() => site.controller.workers.list().length === 1);
  await write(site, definition(scripted("one", "sleep 1000")));
  const command = site.start(["submit", "--follow"]);
  await eventually(() => command.io.stdout.text.includes("[one] main: started"));
  command.io.send("SIGINT");
  const { exitCode, stderr } = await command.ended;
  assert.equal(exitCode, 130);
  const [build] = await site.controller.builds.list({ limit: 1 });
  assert.equal(
    stderr,
    `Build ${build?.id} goes on without being followed: "cirrus cancel ${build?.id}" stops it\n`,
  );
  assert.equal(build?.status, "executing");
});

Deno.test("builds shows the tasks of a build and why they wait; cancel and rerun say what they did", async () => {
  await using site = await controllerSite({ holdMs: 10 });
  await write(site, definition(scripted("one", "exit 1", "  persistent_worker: {labels: {os: beos}}\n")));
  const { id, taskId } = await submit(site);
  using worker = await RawWorker.connect(site.controller.endpoint, { name: "mini", labels: { os: "linux" } });
  await worker.poll();
  const { stdout } = await site.cirrus("builds", id);
  assert.match(stdout, new RegExp(`^Build ${id}: executing after .*`));
  assert.match(stdout, /^\d+ +one +triggered .*mini.*os/m);
  const shown = JSON.parse((await site.cirrus("builds", id, "--json")).stdout);
  assert.equal(shown.tasks[0].wait.workers[0].reason, "label");

  const refused = await site.cirrus("rerun", taskId);
  assert.deepEqual([refused.exitCode, refused.stdout], [2, ""]);
  assert.match(refused.stderr, /Running task \d+ again: .* has not ended/);

  const cancelled = await site.cirrus("cancel", "--reason=Not needed", taskId);
  assert.deepEqual(cancelled, { exitCode: 0, stdout: `Task ${taskId} is aborted\n`, stderr: "" });
  assert.match((await site.cirrus("builds", id)).stdout, /aborted +Not needed$/m);
});

Deno.test("a task that failed is run again in its place, and both have their logs", async () => {
  await using site = await controllerSite();
  await site.startWorker("mini");
  await write(site, definition(scripted("one", "echo in try $CIRRUS_TASK_ID; false")));
  const { id, taskId } = await submit(site);
  await waitForTask(site.controller, taskId, "failed");
  const { stdout } = await site.cirrus("rerun", taskId, "--json");
  const again: string = JSON.parse(stdout).id;
  await waitForTask(site.controller, again, "failed");
  assert.match((await site.cirrus("logs", taskId, "main")).stdout, new RegExp(`^in try ${taskId}$`, "m"));
  assert.match((await site.cirrus("logs", again, "main")).stdout, new RegExp(`^in try ${again}$`, "m"));
  assert.match((await site.cirrus("builds", id)).stdout, new RegExp(`failed, run again as ${again}`));
});

Deno.test("cancel takes a build with all its tasks", async () => {
  await using site = await controllerSite();
  await write(site, definition(scripted("one", "true"), scripted("two", "true")));
  const { id } = await submit(site);
  assert.equal((await site.cirrus("cancel", id)).stdout, `Build ${id} is aborted\n`);
  const unknown = await site.cirrus("cancel", "17");
  assert.deepEqual([unknown.exitCode, unknown.stdout], [2, ""]);
  assert.match(unknown.stderr, /No task and no build has the id 17/);
});

Deno.test("logs prints one command byte for byte, and all of them under their names", async () => {
  await using site = await controllerSite();
  await site.startWorker("mini");
  await write(site, definition(scripted("one", "seq 100000", "  after_script: echo after\n")));
  const { taskId } = await submit(site);
  await waitForTask(site.controller, taskId, "completed");
  const numbers = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join("");
  const { stdout } = await site.cirrus("logs", taskId, "main");
  assert.ok(stdout.includes(numbers));
  const all = (await site.cirrus("logs", taskId)).stdout;
  assert.deepEqual(all.match(/^==> .*$/mg), ["==> clone", "==> main", "==> after"]);
  assert.ok(all.includes(stdout));
  const lines = (await site.cirrus("logs", taskId, "after", "--json")).stdout.trimEnd().split("\n");
  const pieces: { task: string; command: string; text: string }[] = lines.map((line) => JSON.parse(line));
  assert.ok(pieces.every(({ task, command }) => task === taskId && command === "after"));
  assert.match(pieces.map(({ text }) => text).join(""), /^after$/m);

  const misspelt = await site.cirrus("logs", taskId, "mian");
  assert.deepEqual(misspelt, {
    exitCode: 2,
    stdout: "",
    stderr: `Task ${taskId} has no command named "mian", did you mean "main"?\n`,
  });
});

Deno.test("logs --follow prints what comes until the task has ended", async () => {
  await using site = await controllerSite();
  await write(
    site,
    definition(scripted("one", "echo before; while [ ! -e $GATE ]; do sleep 0.02; done; echo after")),
  );
  const gate = join(site.directory, "gate");
  const { taskId } = await submit(site, "-e", `GATE=${gate}`);
  const waiting = await site.cirrus("logs", taskId);
  assert.deepEqual([waiting.exitCode, waiting.stdout], [0, ""]);
  assert.match(waiting.stderr, /has printed nothing: it is triggered, /);
  const following = site.start(["logs", "--follow", taskId, "main"]);
  await site.startWorker("mini");
  await eventually(() => /^before$/m.test(following.io.stdout.text));
  await Deno.writeTextFile(gate, "");
  const { exitCode, stdout } = await following.ended;
  assert.equal(exitCode, 0);
  assert.match(stdout, /^before\n(.*\n)*after$/m);
});

Deno.test("workers lists them, disables, enables and forgets them", async () => {
  await using site = await controllerSite({ holdMs: 10 });
  assert.match((await site.cirrus("workers")).stdout, /^No worker has ever polled here/);
  {
    using worker = await RawWorker.connect(site.controller.endpoint, {
      name: "mini",
      labels: { os: "darwin", version: "1.2.3" },
      resources: { gpu: 2 },
    });
    await worker.poll();
    assert.equal(
      (await site.cirrus("workers", "disable", "mini")).stdout,
      'Worker "mini" is given no more tasks\n',
    );
    assert.match(
      (await site.cirrus("workers")).stdout,
      /^WORKER .*\nmini +live, disabled +1\.2\.3 +nothing +gpu 0\/2 +os=darwin\n$/,
    );
    const refused = await site.cirrus("workers", "delete", "mini");
    assert.equal(refused.exitCode, 2);
    assert.match(refused.stderr, /it is connected or has a task/);
    const enabled = await site.cirrus("workers", "enable", "mini", "--json");
    assert.deepEqual(JSON.parse(enabled.stdout), { name: "mini", disabled: false });
    const { workers } = JSON.parse((await site.cirrus("workers", "list", "--json")).stdout);
    assert.deepEqual([workers[0].name, workers[0].disabled], ["mini", false]);
  }
  const unknown = await site.cirrus("workers", "disable", "maxi");
  assert.equal(unknown.exitCode, 2);
  assert.equal(unknown.stderr, 'There is no worker "maxi": "cirrus workers" lists them\n');
});

for (
  const [what, environment, message] of [
    ["a wrong token", { CIRRUS_API_TOKEN: "wrong" }, /does not know this token: give its API token by/],
    [
      "an address where nothing listens",
      { CIRRUS_CONTROLLER: closedAddress() },
      /Cannot reach the controller at http:\/\/127\.0\.0\.1:\d+: .*refused.*; is it running/,
    ],
  ] as const
) {
  Deno.test(`${what} says what to do, and shows no token`, async () => {
    await using site = await controllerSite();
    const { exitCode, stdout, stderr } = await site.start(["builds"], environment).ended;
    assert.notEqual(exitCode, 0);
    assert.equal(stdout, "");
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /token-of-the-api|wrong\b/);
  });
}

Deno.test("what is asked over TLS of a controller in plaintext says so", async () => {
  await using site = await controllerSite();
  const { exitCode, stderr } = await site.cirrus(
    "builds",
    `--endpoint=${site.httpEndpoint.replace("http:", "https:")}`,
  );
  assert.equal(exitCode, 1);
  assert.match(
    stderr,
    /^Cannot reach the controller at \S+: it speaks no TLS: write http:\/\/; is it running/,
  );
});

Deno.test("a file of --ca-file that is none, and a directory in the place of a token's file, are misuse", async () => {
  await using site = await controllerSite();
  const misuse = async (...args: string[]) => {
    const { exitCode, stderr } = await site.cirrus(...args);
    assert.equal(exitCode, 2);
    return stderr;
  };
  for (const command of [["builds"], ["worker", "run"], ["worker", "pause"]]) {
    assert.match(await misuse(...command, "--ca-file=/nowhere"), /^Could not read the CA file "\/nowhere"/);
  }
  assert.equal(
    await misuse("builds", `--api-token-file=${site.directory}`),
    `Cannot use the token in ${site.directory}: this is a directory; name a file in it\n`,
  );
});

Deno.test("worker pause and resume warn where nobody knows the worker", async () => {
  await using site = await controllerSite({ holdMs: 10 });
  const flags = [`--rpc-endpoint=${site.controller.endpoint}`, `--token=${TOKEN}`];
  using worker = await RawWorker.connect(site.controller.endpoint, { name: "mini" });
  await worker.poll();
  assert.deepEqual(await site.cirrus("worker", "pause", "--name=mini", ...flags), {
    exitCode: 0,
    stdout: `Worker "mini" is paused (${site.controller.endpoint})\n`,
    stderr: "",
  });
  assert.equal((await site.cirrus("worker", "resume", "--name=mini", ...flags)).exitCode, 0);
  for (const command of ["pause", "resume"]) {
    assert.deepEqual(await site.cirrus("worker", command, "--name=mimi", ...flags), {
      exitCode: 0,
      stdout: "",
      stderr:
        `Warning: ${site.controller.endpoint} does not know a worker "mimi": --name is what it was started with\n`,
    });
  }
});

Deno.test("a file in the place of a folder to write to is misuse, told before anything is done", async () => {
  await using site = await controllerSite();
  await write(site, definition(scripted("one", "true")));
  const path = join(site.directory, ".cirrus.yml");
  for (const [flag, ...command] of [["--artifacts-dir", "run"], ["--download", "artifacts", "1"]] as const) {
    assert.deepEqual(await site.cirrus(...command, `${flag}=.cirrus.yml`), {
      exitCode: 2,
      stdout: "",
      stderr: `Cannot write to ${path}: it is no directory; name one by ${flag}\n`,
    });
  }
});

Deno.test("the port for workers is told from that of the API", async () => {
  await using site = await controllerSite();
  const { exitCode, stderr } = await site.start(["builds"], { CIRRUS_CONTROLLER: site.controller.endpoint })
    .ended;
  assert.equal(exitCode, 1);
  assert.match(stderr, /address of its --http-listen/);
});
