import assert from "node:assert/strict";
import { VirtualScreen } from "../helpers/virtual_screen.ts";
import { playground } from "./playground.ts";
import { stable } from "./stable.ts";

const FILES = {
  ".cirrus.yml": `
persistent_worker: {}
good_task:
  good_script: echo fine
bad_task:
  depends_on: good
  bad_script:
    - echo trouble
    - exit 3
`,
};

for (
  const [format, expected] of [
    [
      "github-actions",
      `[good] started
::group::good: clone
Copied 1 file of PROJECT
::endgroup::
[good] clone: passed in TIME
::group::good: good
echo fine
fine
::endgroup::
[good] good: passed in TIME
[good] passed in TIME
[bad] started
::group::bad: clone
Copied 1 file of PROJECT
::endgroup::
[bad] clone: passed in TIME
::group::bad: bad
echo trouble
trouble
exit 3
Exit status: 3
::endgroup::
[bad] bad: failed in TIME
::error title=bad%3A bad::failed in TIME%0Aecho trouble%0Atrouble%0Aexit 3%0AExit status: 3
[bad] failed in TIME
1 passed, 1 failed in TIME
`,
    ],
    [
      "travis",
      `[good] started
travis_fold:start:cirrus.1\r\x1b[0Kgood: clone
Copied 1 file of PROJECT
travis_fold:end:cirrus.1\r\x1b[0K
[good] clone: passed in TIME
travis_fold:start:cirrus.2\r\x1b[0Kgood: good
echo fine
fine
travis_fold:end:cirrus.2\r\x1b[0K
[good] good: passed in TIME
[good] passed in TIME
[bad] started
travis_fold:start:cirrus.3\r\x1b[0Kbad: clone
Copied 1 file of PROJECT
travis_fold:end:cirrus.3\r\x1b[0K
[bad] clone: passed in TIME
travis_fold:start:cirrus.4\r\x1b[0Kbad: bad
echo trouble
trouble
exit 3
Exit status: 3
travis_fold:end:cirrus.4\r\x1b[0K
[bad] bad: failed in TIME
[bad] failed in TIME
1 passed, 1 failed in TIME
`,
    ],
    [
      "teamcity",
      `[good] started
##teamcity[blockOpened name='good: clone']
Copied 1 file of PROJECT
##teamcity[blockClosed name='good: clone']
[good] clone: passed in TIME
##teamcity[blockOpened name='good: good']
echo fine
fine
##teamcity[blockClosed name='good: good']
[good] good: passed in TIME
[good] passed in TIME
[bad] started
##teamcity[blockOpened name='bad: clone']
Copied 1 file of PROJECT
##teamcity[blockClosed name='bad: clone']
[bad] clone: passed in TIME
##teamcity[blockOpened name='bad: bad']
echo trouble
trouble
exit 3
Exit status: 3
##teamcity[blockClosed name='bad: bad']
[bad] bad: failed in TIME
##teamcity[message text='bad: bad' errorDetails='failed in TIME|necho trouble|ntrouble|nexit 3|nExit status: 3' status='ERROR']
##teamcity[buildProblem description='bad: bad']
[bad] failed in TIME
1 passed, 1 failed in TIME
`,
    ],
  ] as const
) {
  Deno.test(`--output=${format} speaks to that system`, async () => {
    await using place = await playground(FILES);
    const { code, stdout } = await place.run(["run", "--output", format]);
    assert.equal(code, 1);
    assert.equal(stable(stdout), expected);
    await place.assertNothingLeft();
  });
}

Deno.test("the CI system that runs the program is recognized, and a pipe gets plain lines", async () => {
  await using place = await playground(FILES);
  const actions = await place.run(["run", "good"], { GITHUB_ACTIONS: "true", CI: "true" });
  assert.match(actions.stdout, /^::group::good: good$/m);
  for (const format of ["auto", "interactive", "noemoji", "simple"]) {
    const { stdout } = await place.run(["run", "good", "-o", format]);
    assert.match(stdout, /^\[good\] good \| fine$/m, format);
  }
});

/** What a person sees on a terminal on which this was printed. */
function seen(printed: string, size: { columns: number; rows: number }): string {
  const screen = new VirtualScreen(size);
  screen.writeSync(printed);
  assert.ok(screen.cursorVisible);
  return stable(screen.text);
}

const SIZE = { columns: 60, rows: 12 };
const onTerminal = { ignore: Deno.build.os !== "linux" };

Deno.test("a terminal gets a tree, folded where it passed and open where it failed", onTerminal, async () => {
  await using place = await playground(FILES);
  const { code, stdout } = await place.startOnTerminal(["run", "--output=noemoji"], SIZE).ended;
  assert.equal(
    seen(stdout, SIZE),
    `✓ good passed in TIME
✗ bad failed in TIME
  ✓ clone TIME
  ✗ bad TIME
    echo trouble
    trouble
    exit 3
    Exit status: 3
1 passed, 1 failed in TIME`,
  );
  assert.equal(code, 1);
  await place.assertNothingLeft();
});

Deno.test(
  "Ctrl-C on a terminal cancels the tasks and leaves the terminal as it was",
  onTerminal,
  async () => {
    await using place = await playground({
      ".cirrus.yml": "a_task:\n  persistent_worker: {}\n  a_script: echo waiting; sleep 1000\n",
    });
    const program = place.startOnTerminal(["run", "--output=noemoji"], SIZE);
    await program.hasPrinted("    waiting");
    await program.type("\x03");
    const { code, stdout } = await program.ended;
    assert.equal(code, 130);
    assert.match(seen(stdout, SIZE), /^! a cancelled after TIME\n1 cancelled in TIME$/m);
    await place.assertNothingLeft();
  },
);
