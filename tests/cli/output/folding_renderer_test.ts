import assert from "node:assert/strict";
import {
  type FoldFormat,
  githubActionsFolds,
  teamcityFolds,
  travisFolds,
} from "../../../lib/cli/output/fold_format.ts";
import { FoldingRenderer } from "../../../lib/cli/output/folding_renderer.ts";
import { OneTaskAtATime } from "../../../lib/cli/output/one_task_at_a_time.ts";
import type { RunEvent } from "../../../lib/cli/output/run_event.ts";
import { TextStream } from "../../helpers/text_stream.ts";
import { showAll, TWO_TASKS } from "./run_events.ts";

async function shown(format: FoldFormat, events: readonly RunEvent[] = TWO_TASKS): Promise<string> {
  const stream = new TextStream();
  await showAll(new OneTaskAtATime(new FoldingRenderer(stream, format)), events);
  return stream.text;
}

Deno.test("GitHub Actions gets a group for each command, one task after the other, and the failure outside", async () => {
  assert.equal(
    await shown(githubActionsFolds),
    `[lint] started
::group::lint: main
one
two\r
three
::endgroup::
[lint] main: passed in 1.2s
[lint] passed in 1.3s
[build] started
::group::build: server
::endgroup::
[build] server: passed in 4ms
::group::build: main
compiling
server | listening
error: no
::endgroup::
[build] main: failed in 2s
::error title=build%3A main::failed in 2s%0Acompiling%0Aerror: no
server | bye
[build] failed in 2.1s
[deploy] skipped: build failed
1 passed, 1 failed, 1 skipped
`,
  );
});

Deno.test("Travis gets numbered folds", async () => {
  const text = await shown(travisFolds());
  const fold = (number: number, title: string, output: string) =>
    `travis_fold:start:cirrus.${number}\r\x1b[0K${title}\n${output}travis_fold:end:cirrus.${number}\r\x1b[0K\n`;
  assert.ok(text.includes(fold(1, "lint: main", "one\ntwo\r\nthree\n")));
  assert.ok(text.includes(fold(2, "build: server", "")));
  assert.ok(text.includes(fold(3, "build: main", "compiling\nserver | listening\nerror: no\n")));
});

Deno.test("TeamCity gets blocks, and the failure as a build problem", async () => {
  const text = await shown(teamcityFolds);
  assert.match(
    text,
    /^##teamcity\[blockOpened name='lint: main'\]\none\ntwo\r\nthree\n##teamcity\[blockClosed name='lint: main'\]\n/m,
  );
  assert.match(
    text,
    /^##teamcity\[message text='build: main' errorDetails='failed in 2s\|ncompiling\|nerror: no' status='ERROR'\]\n##teamcity\[buildProblem description='build: main'\]\n/m,
  );
});

Deno.test("values are escaped as each system asks for", () => {
  assert.equal(
    githubActionsFolds.failure("a:b,c%", "50%\r\nd"),
    "::error title=a%3Ab%2Cc%25::50%25%0D%0Ad\n",
  );
  assert.equal(githubActionsFolds.open("a\nb"), "::group::a b\n");
  assert.equal(
    teamcityFolds.open("it's [a|b]\n\ré"),
    "##teamcity[blockOpened name='it|'s |[a||b|]|n|r|0x00e9']\n",
  );
});

Deno.test("a task that failed before any command says why", async () => {
  const text = await shown(githubActionsFolds, [
    { kind: "task started", task: "a" },
    {
      kind: "task finished",
      task: "a",
      outcome: { kind: "failed", tolerated: false, message: "No space" },
      durationMs: 1,
    },
  ]);
  assert.equal(text, "[a] started\n[a] failed in 1ms: No space\n::error title=a failed::No space\n");
});

Deno.test("a run that breaks off closes its fold and shows what was held back", async () => {
  const text = await shown(githubActionsFolds, [
    { kind: "command started", task: "a", command: "main" },
    { kind: "output", task: "a", command: "main", text: "unfinished" },
    { kind: "command started", task: "b", command: "main" },
    { kind: "output", task: "b", command: "main", text: "held" },
  ]);
  assert.equal(text, "::group::a: main\nunfinished\n::endgroup::\n::group::b: main\nheld\n::endgroup::\n");
});
