import type { Renderer } from "../../../lib/cli/output/renderer.ts";
import type { RunEvent } from "../../../lib/cli/output/run_event.ts";

/** Two tasks side by side: `lint` passes, `build` fails in its second command while its server still prints. */
export const TWO_TASKS: readonly RunEvent[] = [
  { kind: "run started", tasks: ["lint", "build", "deploy"] },
  { kind: "task started", task: "lint" },
  { kind: "command started", task: "lint", command: "main" },
  { kind: "output", task: "lint", command: "main", text: "one\ntw" },
  { kind: "task started", task: "build" },
  { kind: "command started", task: "build", command: "server" },
  { kind: "command finished", task: "build", command: "server", outcome: "passed", durationMs: 4 },
  { kind: "command started", task: "build", command: "main" },
  { kind: "output", task: "build", command: "main", text: "compiling\n" },
  { kind: "output", task: "build", command: "server", text: "listening\n" },
  { kind: "output", task: "lint", command: "main", text: "o\r\nthree" },
  { kind: "command finished", task: "lint", command: "main", outcome: "passed", durationMs: 1200 },
  { kind: "task finished", task: "lint", outcome: { kind: "passed" }, durationMs: 1300 },
  { kind: "output", task: "build", command: "main", text: "error: no" },
  { kind: "output", task: "build", command: "server", text: "bye" },
  { kind: "command finished", task: "build", command: "main", outcome: "failed", durationMs: 2000 },
  { kind: "task finished", task: "build", outcome: { kind: "failed", tolerated: false }, durationMs: 2100 },
  {
    kind: "task finished",
    task: "deploy",
    outcome: { kind: "skipped", reason: "build failed" },
    durationMs: 0,
  },
  { kind: "note", text: "1 passed, 1 failed, 1 skipped" },
];

/** Shows all events and the end of the run. */
export async function showAll(renderer: Renderer, events: readonly RunEvent[]): Promise<void> {
  await using shown = renderer;
  for (const event of events) await shown.show(event);
}
