import assert from "node:assert/strict";
import { OneTaskAtATime } from "../../../lib/cli/output/one_task_at_a_time.ts";
import type { Renderer } from "../../../lib/cli/output/renderer.ts";
import type { RunEvent } from "../../../lib/cli/output/run_event.ts";

function recorder(): Renderer & { readonly events: RunEvent[] } {
  const events: RunEvent[] = [];
  return {
    events,
    show: (event) => Promise.resolve(void events.push(event)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

const output = (task: string, text: string): RunEvent => ({ kind: "output", task, command: "main", text });
const finished = (task: string): RunEvent => ({
  kind: "task finished",
  task,
  outcome: { kind: "passed" },
  durationMs: 1,
});

Deno.test("the first task is shown as it runs, the others in the order in which they began", async () => {
  const shown = recorder();
  await using renderer = new OneTaskAtATime(shown);
  const note: RunEvent = { kind: "note", text: "n" };
  for (const event of [output("a", "1"), output("b", "2\n\u2028é"), output("c", "3"), note, finished("c")]) {
    await renderer.show(event);
  }
  assert.deepEqual(shown.events, [output("a", "1"), note]);
  await renderer.show(finished("a"));
  assert.deepEqual(shown.events.slice(2), [finished("a"), output("b", "2\n\u2028é")]);
  await renderer.show(output("b", "4"));
  await renderer.show(finished("b"));
  assert.deepEqual(shown.events.slice(4), [output("b", "4"), finished("b"), output("c", "3"), finished("c")]);
});

Deno.test("large output that is held back comes complete and in order", async () => {
  const shown = recorder();
  await using renderer = new OneTaskAtATime(shown);
  await renderer.show(output("a", ""));
  const pieces = Array.from({ length: 50 }, (_, index) => output("b", `${index}é\n`.repeat(10_000)));
  for (const piece of pieces) await renderer.show(piece);
  await renderer.show(finished("a"));
  assert.deepEqual(shown.events.slice(2), pieces);
});
