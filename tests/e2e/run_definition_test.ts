import assert from "node:assert/strict";
import { join } from "node:path";
import { git } from "../helpers/git.ts";
import { playground } from "./playground.ts";
import { stable } from "./stable.ts";

Deno.test("a task that may fail fails neither the run nor the tasks that depend on it", async () => {
  await using place = await playground({
    ".cirrus.yml": `
persistent_worker: {}
flaky_task:
  allow_failures: $FLAKY == 'yes'
  flaky_script: exit 1
after_task:
  depends_on: flaky
  after_script: echo after
`,
  });
  const allowed = await place.run(["run", "-e", "FLAKY=yes"]);
  assert.equal(allowed.code, 0, allowed.stdout);
  assert.match(allowed.stdout, /^\[after\] after \| after$/m);
  const refused = await place.run(["run", "-e", "FLAKY=no"]);
  assert.equal(refused.code, 1);
  assert.ok(!refused.stdout.includes("after | after"));
});

const MATRIX = `
persistent_worker: {}
test_task:
  name: test $VERSION
  alias: tests
  matrix:
    - env: {VERSION: "20"}
    - env: {VERSION: "22"}
      skip: $MODE == 'short'
  test_script: echo "testing on $VERSION"
report_task:
  depends_on: tests
  report_script: echo report
`;

Deno.test("the tasks of a matrix are run by their names, and by their alias all of them", async () => {
  await using place = await playground({ ".cirrus.yml": MATRIX });
  const one = await place.run(["run", "test 22"]);
  assert.match(one.stdout, /^\[test 22\] test \| testing on 22$/m);
  assert.match(stable(one.stdout), /^1 passed in TIME$/m);
  const both = await place.run(["run", "tests"]);
  assert.match(stable(both.stdout), /^2 passed in TIME$/m);
  const { code, stderr } = await place.run(["run", "test 23"]);
  assert.equal(code, 2);
  assert.match(stderr, /^No task named "test 23": did you mean "test 2[02]"\?\n$/);
});

Deno.test("what depends on a task whose skip holds is run", async () => {
  await using place = await playground({ ".cirrus.yml": MATRIX });
  const { code, stdout } = await place.run(["run", "-e", "MODE=short"]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^\[test 22\] skipped: /m);
  assert.match(stdout, /^\[report\] report \| report$/m);
});

/** Tasks that look at what has changed. */
const LOOKING = `
persistent_worker: {}
docs_task:
  only_if: changesInclude('docs/**')
  docs_script: echo docs
code_task:
  only_if: changesInclude('**.ts')
  code_script: echo code
only_task:
  only_if: changesIncludeOnly('docs/**')
  only_script: echo only
`;

Deno.test("affected files decide over tasks", async () => {
  await using place = await playground({ ".cirrus.yml": LOOKING });
  const { stdout } = await place.run(["run", "--affected-files", "docs/a.md,x.txt"]);
  assert.match(stdout, /^\[docs\] docs \| docs$/m);
  assert.ok(!stdout.includes("[code]"));
  assert.ok(!stdout.includes("[only]"));
});

Deno.test("files that differ from a revision, or are staged, decide over tasks", async () => {
  await using place = await playground({
    ".cirrus.yml": LOOKING,
    "docs/a.md": "1",
    "main.ts": "1",
  });
  await git(place.project, "init", "-q", "-b", "main");
  await git(place.project, "add", ".");
  await git(place.project, "commit", "-qm", "First");
  await Deno.writeTextFile(join(place.project, "docs", "a.md"), "2");
  await git(place.project, "add", ".");
  await Deno.writeTextFile(join(place.project, "main.ts"), "2");
  const started = async (...flags: string[]) => {
    const { stdout } = await place.run(["run", ...flags]);
    return [...stdout.matchAll(/^\[(\w+)\] started$/gm)].map(([, name]) => name).toSorted();
  };
  assert.deepEqual(await started("--affected-files-git=HEAD"), ["code", "docs"]);
  assert.deepEqual(await started("--affected-files-git-cached", "HEAD"), ["docs", "only"]);
});

Deno.test("a manual task is run only when it is named", async () => {
  await using place = await playground({
    ".cirrus.yml": `
persistent_worker: {}
build_task:
  build_script: echo building
deploy_task:
  depends_on: build
  trigger_type: manual
  deploy_script: echo deploying
announce_task:
  depends_on: deploy
  announce_script: echo announcing
`,
  });
  const { code, stdout } = await place.run(["run"]);
  assert.equal(code, 0);
  assert.match(stdout, /^\[deploy\] skipped: its trigger_type is manual: name it to run it$/m);
  assert.match(stdout, /^\[announce\] skipped: it depends on "deploy", which cannot run here$/m);
  assert.match(stable(stdout), /^1 passed, 2 skipped in TIME$/m);
  assert.match((await place.run(["run", "deploy"])).stdout, /^\[deploy\] deploy \| deploying$/m);
});

Deno.test("tasks of one execution_lock run one at a time", async () => {
  await using place = await playground({
    ".cirrus.yml": `
persistent_worker: {}
execution_lock: database
migrate_task:
  matrix:
    - name: one
    - name: two
    - name: three
  migrate_script: mkdir "$LOCKED" && sleep 0.2 && rmdir "$LOCKED"
`,
  });
  const { code, stdout } = await place.run([
    "run",
    "--jobs=3",
    "-e",
    `LOCKED=${join(place.temporary, "held")}`,
  ]);
  assert.equal(code, 0, stdout);
});

Deno.test("a file of the project's repository is found from a folder of it", async () => {
  await using place = await playground({
    ".git/HEAD": "",
    "Dockerfile": "FROM alpine\n",
    "part/.cirrus.yml": `
a_task:
  persistent_worker: {}
  a_script: echo part
image_task:
  container: {dockerfile: ../Dockerfile}
  image_script: echo image
`,
  });
  const { code, stdout } = await place.run(["validate", "--file=part/.cirrus.yml"]);
  assert.deepEqual([code, stdout], [0, "part/.cirrus.yml is valid: 3 tasks\n"]);
});
