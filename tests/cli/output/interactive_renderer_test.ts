import assert from "node:assert/strict";
import type { Io } from "../../../lib/cli/io.ts";
import { InteractiveRenderer } from "../../../lib/cli/output/interactive_renderer.ts";
import { TEXT_MARKS } from "../../../lib/cli/output/marks.ts";
import type { RunEvent } from "../../../lib/cli/output/run_event.ts";
import { styleFor } from "../../../lib/cli/output/style.ts";
import { VirtualScreen } from "../../helpers/virtual_screen.ts";
import { TWO_TASKS } from "./run_events.ts";

/** A renderer on a screen, whose window can be resized. Durations of what runs are made stable. */
function onScreen(screen: VirtualScreen) {
  const callbacks = new Set<() => void>();
  const io: Pick<Io, "stdout" | "onSignal"> = {
    stdout: screen,
    onSignal(_, callback) {
      callbacks.add(callback);
      return { [Symbol.dispose]: () => void callbacks.delete(callback) };
    },
  };
  const look = { style: styleFor({ isTerminal: true, environment: new Map() }), marks: TEXT_MARKS };
  return {
    renderer: new InteractiveRenderer(io, look),
    resize(size: { columns: number; rows: number }) {
      screen.resize(size);
      for (const callback of callbacks) callback();
    },
    seen: () => screen.text.replace(/^( *)[|/\\-] (\S+) \d+ms/gm, "$1* $2"),
    listeners: callbacks,
  };
}

Deno.test("a tree shows what runs with its last lines, and folds what passed", async () => {
  const screen = new VirtualScreen({ columns: 60, rows: 20 });
  const { renderer, seen } = onScreen(screen);
  await using _ = renderer;
  for (const event of TWO_TASKS.slice(0, 10)) await renderer.show(event);
  await renderer.show({ kind: "command started", task: "build", command: "extra" });
  assert.equal(
    seen(),
    `* lint
  * main
    one
    tw
* build
  ✓ server 4ms
  * main
    compiling
  * extra
Waiting: deploy`,
  );
  for (const event of TWO_TASKS.slice(10, 13)) await renderer.show(event);
  assert.equal(
    seen(),
    `✓ lint passed in 1.3s
* build
  ✓ server 4ms
  * main
    compiling
  * extra
Waiting: deploy`,
  );
});

Deno.test("at the end passed tasks are a line each, and failed ones are open", async () => {
  const screen = new VirtualScreen({ columns: 60, rows: 20 });
  const { renderer, seen, listeners } = onScreen(screen);
  {
    await using _ = renderer;
    for (const event of TWO_TASKS) await renderer.show(event);
    assert.equal(screen.cursorVisible, false);
  }
  assert.equal(
    seen(),
    `✓ lint passed in 1.3s
✗ build failed in 2.1s
  ✓ server 4ms
  ✗ main 2s
    compiling
    error: no
- deploy skipped: build failed
1 passed, 1 failed, 1 skipped`,
  );
  assert.equal(screen.cursorVisible, true);
  assert.equal(listeners.size, 0);
});

const many = (count: number): RunEvent[] =>
  Array.from({ length: count }, (_, index) =>
    [
      { kind: "task started", task: `task${index}` },
      { kind: "command started", task: `task${index}`, command: "main" },
      { kind: "output", task: `task${index}`, command: "main", text: "a\nb\nc\nd\ne\nf\n" },
    ] as const).flat();

Deno.test("on a low terminal the output gives way first, then the commands, then the tasks", async () => {
  const screen = new VirtualScreen({ columns: 60, rows: 9 });
  const { renderer, seen } = onScreen(screen);
  await using _ = renderer;
  const start = (task: string): RunEvent => ({ kind: "task started", task });
  for (const event of many(2)) await renderer.show(event);
  await renderer.show(start("task0"));
  assert.equal(seen(), "* task0\n  * main\n    e\n    f\n* task1\n  * main\n    e\n    f");
  for (const event of many(5)) await renderer.show(event);
  assert.equal(seen(), "* task0\n* task1\n* task2\n* task3\n* task4");
  for (const event of many(20)) await renderer.show(event);
  assert.equal(
    seen(),
    "* task0\n* task1\n* task2\n* task3\n* task4\n* task5\n* task6\n… and 13 more tasks",
  );
});

Deno.test("long lines are cut, and a terminal that gets narrower leaves no remains", async () => {
  const screen = new VirtualScreen({ columns: 50, rows: 12 });
  const { renderer, seen, resize } = onScreen(screen);
  await using _ = renderer;
  await renderer.show({ kind: "command started", task: "a", command: "main" });
  await renderer.show({ kind: "output", task: "a", command: "main", text: `${"x".repeat(70)}\nshort\n` });
  await renderer.show({ kind: "task started", task: "a" });
  assert.equal(seen(), `* a\n  * main\n    ${"x".repeat(45)}…\n    short`);
  resize({ columns: 20, rows: 12 });
  await renderer.show({ kind: "task started", task: "a" });
  assert.equal(seen(), `* a\n  * main\n    ${"x".repeat(15)}…\n    short`);
  resize({ columns: 80, rows: 12 });
  await renderer.show({ kind: "task started", task: "a" });
  assert.equal(seen(), `* a\n  * main\n    ${"x".repeat(70)}\n    short`);
});

Deno.test("a failed command shows its last hundred lines and how many there were before", async () => {
  const screen = new VirtualScreen({ columns: 80, rows: 10 });
  const { renderer, seen } = onScreen(screen);
  await using _ = renderer;
  const lines = Array.from({ length: 250 }, (_, index) => `line ${index + 1}\n`).join("");
  await renderer.show({ kind: "command started", task: "a", command: "main" });
  await renderer.show({ kind: "output", task: "a", command: "main", text: lines });
  await renderer.show({
    kind: "command finished",
    task: "a",
    command: "main",
    outcome: "failed",
    durationMs: 1,
  });
  await renderer.show({
    kind: "task finished",
    task: "a",
    outcome: { kind: "failed", tolerated: false },
    durationMs: 2,
  });
  const seenLines = seen().split("\n");
  assert.deepEqual(seenLines.slice(0, 4), [
    "✗ a failed in 2ms",
    "  ✗ main 1ms",
    "    … 150 lines before these; --output=simple shows them all",
    "    line 151",
  ]);
  assert.equal(seenLines.at(-1), "    line 250");
  assert.equal(seenLines.length, 103);
});

Deno.test("what a script does to the terminal stays out of the tree", async () => {
  const screen = new VirtualScreen({ columns: 80, rows: 10 });
  const { renderer, seen } = onScreen(screen);
  await using _ = renderer;
  await renderer.show({ kind: "command started", task: "a", command: "main" });
  const text = "\x1b[2J\x1b[31mred\x1b[0m\tend\x07\n10%\r50%\r100%\r\n\x1b]0;title\x07done\r";
  await renderer.show({ kind: "output", task: "a", command: "main", text });
  await renderer.show({ kind: "task started", task: "a" });
  assert.equal(seen(), "* a\n  * main\n    red    end\n    100%\n    done");
});
