import assert from "node:assert/strict";
import { join } from "node:path";
import { findProgram } from "../../lib/process/find_program.ts";
import { findUser } from "../../lib/process/user/find_user.ts";
import { Origin } from "../agent/clone/origin.ts";
import { FakeCaches } from "../fakes/upstream_caches.ts";
import { needsRoot } from "../helpers/small_disk.ts";
import { type Playground, playground } from "./playground.ts";
import { type WorkerWithTask, workerWithTask } from "./worker_with_task.ts";

const NAME = "daemon";

/** A worker that runs the task's script as another user, who may make files where everybody may. */
async function workerAsOther(
  place: Playground,
  script: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<WorkerWithTask> {
  await Deno.chmod(join(place.temporary, ".."), 0o711);
  await Deno.chmod(place.temporary, 0o1777);
  return await workerWithTask(place, script, [`--user=${NAME}`, "--user-coarse-grained"], variables);
}

Deno.test(
  "scripts and directories are those of the user that --user names, and nothing of them is left",
  needsRoot,
  async () => {
    await using place = await playground();
    await using its = await workerAsOther(
      place,
      [
        "grep -E '^(Uid|Gid|Groups)' /proc/self/status",
        'echo "home $HOME $USER $LOGNAME"',
        'stat -c "here %U %a" . && stat -c "script %U %a" "$0"',
        'echo "token of root: $(cat /proc/$PPID/environ /proc/*/environ 2>/dev/null | grep -c CIRRUS_WORKER_TOKEN)"',
        'echo A=1 >> "$CIRRUS_ENV"',
        "cat; setsid sleep 1000 &",
      ].join("\n"),
    );
    await its.upstream.next("taskStopped");
    const { uid, gid, groups, home } = await findUser(NAME);
    const lines = its.ci.savedText("main").replaceAll("\t", " ").split("\n").map((line) => line.trim());
    for (
      const line of [
        `Uid: ${uid} ${uid} ${uid} ${uid}`,
        `Gid: ${gid} ${gid} ${gid} ${gid}`,
        `Groups: ${groups.join(" ")}`,
        `home ${home} ${NAME} ${NAME}`,
        `here ${NAME} 700`,
        `script ${NAME} 600`,
        "token of root: 0",
      ]
    ) assert.ok(lines.includes(line), `${line} in:\n${lines.join("\n")}`);
    assert.deepEqual(its.ci.warnings, []);

    its.program.kill("SIGTERM");
    assert.equal((await its.program.ended).code, 0);
    await place.assertNothingLeft();
  },
);

Deno.test("no link and no variable of a task's makes root do something", needsRoot, async () => {
  await using place = await playground();
  await Deno.writeTextFile(join(place.project, "precious"), "of root");
  await Deno.chmod(join(place.project, "precious"), 0o600);
  await using its = await workerAsOther(place, "exit 0");
  const script = [
    `ln -s ${place.project}/precious "$(dirname "$0")/3.sh"; ln -s ${place.project}/precious "$(dirname "$0")/4.sh"`,
    `ln -sf ${place.project}/precious "$CIRRUS_ENV"`,
  ];
  its.ci.commands = {
    environment: { LD_PRELOAD: "/nowhere/library.so", PERL5OPT: "-Mnowhere" },
    commands: [
      { name: "links", instruction: { case: "scriptInstruction", value: { scripts: script } } },
      { name: "main", instruction: { case: "scriptInstruction", value: { scripts: ["true"] } } },
    ],
  };
  await its.upstream.next("taskStopped");
  assert.equal(await Deno.readTextFile(join(place.project, "precious")), "of root");
  assert.match(its.ci.savedText("links"), /Reading the file that CIRRUS_ENV names: .*Permission denied/);
  assert.match(its.ci.savedText("main"), /Permission denied/);
  its.program.kill("SIGTERM");
  await its.program.ended;
});

Deno.test(
  "a clone is the user's, though git is root's, which alone reads its credentials",
  needsRoot,
  async () => {
    await using origin = await Origin.start();
    await origin.commit({ file: "text\n" });
    await using place = await playground();
    await using its = await workerAsOther(place, "true");
    its.ci.commands = {
      environment: { CIRRUS_REPO_CLONE_URL: origin.url, CIRRUS_BRANCH: "main" },
      commands: [
        { name: "clone", instruction: { case: "cloneInstruction", value: {} } },
        {
          name: "main",
          instruction: { case: "scriptInstruction", value: { scripts: [`stat -c "%n %U" file .git`] } },
        },
      ],
      timeoutInSeconds: 60n,
    };
    await its.upstream.next("taskStopped");
    assert.match(its.ci.savedText("clone"), /^Checked out /m);
    assert.match(its.ci.savedText("main"), new RegExp(`^file ${NAME}\n.git ${NAME}$`, "m"));
    its.program.kill("SIGTERM");
    await its.program.ended;
  },
);

Deno.test("no repository of the worker's file system is cloned for another user", needsRoot, async () => {
  await using origin = await Origin.start();
  await origin.commit({ file: "text\n" });
  await using place = await playground();
  await using its = await workerAsOther(place, "true");
  const url = `file://${join(origin.server.root, "project.git")}`;
  its.ci.commands = {
    environment: { CIRRUS_REPO_CLONE_URL: url, CIRRUS_BRANCH: "main" },
    commands: [{ name: "clone", instruction: { case: "cloneInstruction", value: {} } }],
    timeoutInSeconds: 60n,
  };
  await its.upstream.next("taskStopped");
  assert.match(
    its.ci.savedText("clone"),
    /that is a folder of the worker's host.*serve the repository by https/,
  );
  its.program.kill("SIGTERM");
  await its.program.ended;
});

Deno.test("a cache of another user's task is stored, whether pigz is there or not", needsRoot, async () => {
  await using place = await playground();
  // All that it takes, and no pigz.
  const programs = join(place.project, "programs");
  await Deno.mkdir(programs, { mode: 0o755 });
  for (const name of ["id", "getent", "gzip", "tar", "cat", "mkdir", "rm", "chmod"]) {
    const path = findProgram(name, Deno.env.get("PATH") ?? "");
    assert.ok(path, name);
    await Deno.symlink(path, join(programs, name));
  }
  await Deno.chmod(place.project, 0o755);
  await using its = await workerAsOther(place, "true", { PATH: programs });
  await using caches = new FakeCaches(its.ci);
  its.ci.commands = {
    commands: [
      {
        name: "deps",
        instruction: {
          case: "cacheInstruction",
          value: { folder: "deps", populateScripts: ["mkdir deps; echo one > deps/file"] },
        },
      },
      { name: "upload", instruction: { case: "uploadCacheInstruction", value: { cacheName: "deps" } } },
    ],
    timeoutInSeconds: 60n,
  };
  await its.upstream.next("taskStopped");
  assert.match(its.ci.savedText("upload"), /^Uploaded deps-/m);
  assert.equal(caches.entries.size, 1);
  its.program.kill("SIGTERM");
  await its.program.ended;
});

for (
  const [what, user, message] of [
    [
      "that nobody has",
      "nobody-has-this-name",
      /this host knows no user nobody-has-this-name; check the name/,
    ],
    ["that is none", "a b", /"a b" is no name of a user/],
  ] as const
) {
  Deno.test(`a start with a user ${what} is misuse and says what to do`, needsRoot, async () => {
    await using place = await playground();
    const flags = ["--rpc-endpoint=http://127.0.0.1:1", "--token=a", `--user=${user}`];
    const { code, stderr } = await place.run(["worker", "run", ...flags]);
    assert.equal(code, 2);
    assert.match(stderr, message);
  });
}
