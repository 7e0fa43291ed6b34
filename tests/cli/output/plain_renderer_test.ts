import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { PlainRenderer } from "../../../lib/cli/output/plain_renderer.ts";
import { styleFor } from "../../../lib/cli/output/style.ts";
import { TextStream } from "../../helpers/text_stream.ts";
import { showAll, TWO_TASKS } from "./run_events.ts";

const PLAIN = styleFor({ isTerminal: false, environment: new Map() });

Deno.test("plain lines name their task, and a line appears only when it is complete", async () => {
  const stream = new TextStream();
  await showAll(new PlainRenderer(stream, PLAIN), TWO_TASKS);
  assert.equal(
    stream.text,
    `[lint] started
[lint] main: started
[lint] main | one
[build] started
[build] server: started
[build] server: passed in 4ms
[build] main: started
[build] main | compiling
[build] server | listening
[lint] main | two
[lint] main | three
[lint] main: passed in 1.2s
[lint] passed in 1.3s
[build] main | error: no
[build] main: failed in 2s
[build] server | bye
[build] failed in 2.1s
[deploy] skipped: build failed
1 passed, 1 failed, 1 skipped
`,
  );
});

Deno.test("a run that breaks off still shows what was printed without a line break", async () => {
  const stream = new TextStream();
  await showAll(new PlainRenderer(stream, PLAIN), [{ kind: "output", task: "a", command: "b", text: "c" }]);
  assert.equal(stream.text, "[a] b | c\n");
});

Deno.test("a failure that is allowed or not the task's own fault says so", async () => {
  const stream = new TextStream();
  await showAll(new PlainRenderer(stream, PLAIN), [
    { kind: "task finished", task: "a", outcome: { kind: "failed", tolerated: true }, durationMs: 1 },
    {
      kind: "task finished",
      task: "b",
      outcome: { kind: "failed", tolerated: false, message: "Cannot make the directory" },
      durationMs: 1,
    },
    { kind: "task finished", task: "c", outcome: { kind: "cancelled" }, durationMs: 1 },
  ]);
  assert.equal(
    stream.text,
    "[a] failed in 1ms (allowed)\n[b] failed in 1ms: Cannot make the directory\n[c] cancelled after 1ms\n",
  );
});

Deno.test("colours stand only on a terminal without NO_COLOR", async () => {
  const shown = async (style: ReturnType<typeof styleFor>) => {
    const stream = new TextStream();
    await showAll(new PlainRenderer(stream, style), TWO_TASKS);
    return stream.text;
  };
  const coloured = await shown(styleFor({ isTerminal: true, environment: new Map() }));
  assert.ok(coloured.includes("\x1b[32mpassed in 1.3s\x1b[0m"));
  const plain = await shown(PLAIN);
  assert.equal(stripVTControlCharacters(coloured), plain);
  assert.equal(await shown(styleFor({ isTerminal: true, environment: new Map([["NO_COLOR", "1"]]) })), plain);
});
