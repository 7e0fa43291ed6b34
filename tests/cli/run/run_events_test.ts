import assert from "node:assert/strict";
import type { RunEvent } from "../../../lib/cli/output/run_event.ts";
import { type BuildSource, runEvents } from "../../../lib/cli/run/run_events.ts";
import type {
  BuildEvent,
  BuildRecord,
  CommandState,
  TaskRecord,
  TaskState,
} from "../../../lib/controller/records.ts";

const record = (id: string, name: string, allowFailures = false): TaskRecord => ({
  id,
  buildId: "1",
  groupId: BigInt(id),
  name,
  uniqueLabels: [],
  state: { status: "triggered" },
  allowFailures,
  requires: [],
  commands: [],
});

const BUILD: BuildRecord = {
  id: "1",
  status: "executing",
  createdAt: 0,
  repository: {},
  tasks: [record("2", "lint"), record("3", "test", true), record("4", "deploy")],
};

/** Events of a build, a second after the other. */
function history() {
  let seq = 0;
  const next = () => ({ seq: ++seq, at: 1000 * seq });
  return {
    task: (taskId: string, state: TaskState): BuildEvent => ({ ...next(), kind: "task", taskId, state }),
    command: (taskId: string, command: string, state: CommandState): BuildEvent => ({
      ...next(),
      kind: "command",
      taskId,
      command,
      state,
    }),
    log: (taskId: string, command: string, size: number): BuildEvent => ({
      kind: "log",
      taskId,
      command,
      size,
    }),
    end: (): BuildEvent => ({ ...next(), kind: "build", status: "completed" }),
  };
}

const ended = (status: "completed" | "failed" | "aborted", durationMs: number): CommandState => ({
  status,
  durationMs,
  signaled: false,
});

/**
 * What is shown, after the start of the run, of a build to which these events happen; `logs` has what each command's
 * log holds from the start.
 */
async function follow(
  events: readonly BuildEvent[],
  logs: Readonly<Record<string, Uint8Array>> = {},
): Promise<RunEvent[]> {
  const source: BuildSource = {
    builds: { watch: () => ReadableStream.from(events) },
    logs: {
      read({ command }, { offset, length }) {
        const log = logs[command];
        return Promise.resolve(log && { bytes: log.subarray(offset, offset + length), size: log.byteLength });
      },
    },
  };
  const [started, ...rest] = await Array.fromAsync(
    runEvents(source, BUILD, { signal: new AbortController().signal }),
  );
  assert.deepEqual(started, { kind: "run started", tasks: ["lint", "test", "deploy"] });
  return rest;
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("a command's output comes before its end, whole and once", async () => {
  const { task, command, log, end } = history();
  const events = [
    task("2", { status: "executing", worker: "w" }),
    command("2", "main", { status: "executing" }),
    log("2", "main", 2),
    log("2", "main", 4),
    command("2", "main", ended("completed", 7)),
    task("2", { status: "completed" }),
    end(),
    log("2", "main", 5),
  ];
  assert.deepEqual(await follow(events, { main: bytes("é\n") }), [
    { kind: "task started", task: "lint" },
    { kind: "command started", task: "lint", command: "main" },
    { kind: "output", task: "lint", command: "main", text: "é\n" },
    { kind: "command finished", task: "lint", command: "main", outcome: "passed", durationMs: 7 },
    { kind: "task finished", task: "lint", outcome: { kind: "passed" }, durationMs: 3000 },
  ]);
});

Deno.test("a large log comes in pieces, and no character is cut", async () => {
  const { command, end } = history();
  const text = "€".repeat(300_000);
  const events = await follow([command("2", "main", ended("completed", 1)), end()], { main: bytes(text) });
  const pieces = events.flatMap((event) => event.kind === "output" ? [event.text] : []);
  assert.ok(pieces.length > 1);
  assert.equal(pieces.join(""), text);
});

Deno.test("what a background script prints after it counts as completed is shown before the task's end", async () => {
  const { command, task, end } = history();
  const log = { server: bytes("bye\n") };
  const events = await follow([
    command("2", "server", ended("completed", 1)),
    task("2", { status: "completed" }),
    end(),
  ], log);
  assert.deepEqual(events.map(({ kind }) => kind), [
    "task started",
    "command started",
    "output",
    "command finished",
    "task finished",
  ]);
});

Deno.test("a command of which only the end is told, and its task, are shown as started", async () => {
  const { command, end } = history();
  assert.deepEqual(await follow([command("2", "main", ended("failed", 7)), end()]), [
    { kind: "task started", task: "lint" },
    { kind: "command started", task: "lint", command: "main" },
    { kind: "command finished", task: "lint", command: "main", outcome: "failed", durationMs: 7 },
  ]);
});

Deno.test("a failure says why only where no command does", async () => {
  const { command, task, end } = history();
  const failed = (cause: "command" | "infrastructure"): TaskState => ({
    status: "failed",
    cause,
    message: "Why",
  });
  const events = await follow([
    command("2", "main", ended("failed", 7)),
    task("2", failed("command")),
    task("3", failed("infrastructure")),
    end(),
  ]);
  assert.deepEqual(events.filter(({ kind }) => kind === "task finished"), [
    { kind: "task finished", task: "lint", outcome: { kind: "failed", tolerated: false }, durationMs: 1000 },
    {
      kind: "task finished",
      task: "test",
      outcome: { kind: "failed", tolerated: true, message: "Why" },
      durationMs: 0,
    },
  ]);
});

Deno.test("a task that never started is skipped with the reason, one that did is cancelled", async () => {
  const { task, end } = history();
  const events = await follow([
    task("2", { status: "executing", worker: "w" }),
    task("2", { status: "aborted", message: "Cancelled by Ctrl-C" }),
    task("3", { status: "aborted", message: "Cancelled by Ctrl-C" }),
    task("4", { status: "skipped", message: "it needs a container" }),
    end(),
  ]);
  assert.deepEqual(events.flatMap((event) => event.kind === "task finished" ? [event.outcome] : []), [
    { kind: "cancelled" },
    { kind: "skipped", reason: "cancelled by Ctrl-C" },
    { kind: "skipped", reason: "it needs a container" },
  ]);
});

Deno.test("a task that starts over says why, and its output is shown anew", async () => {
  const { task, command, end } = history();
  const events = await follow([
    task("2", { status: "executing", worker: "w" }),
    command("2", "main", ended("completed", 1)),
    task("2", { status: "triggered", message: "The worker was lost" }),
    command("2", "main", ended("completed", 1)),
    end(),
  ], { main: bytes("x") });
  assert.deepEqual(events.map((event) => event.kind === "note" ? event.text : event.kind), [
    "task started",
    "command started",
    "output",
    "command finished",
    "lint: The worker was lost",
    "command started",
    "output",
    "command finished",
  ]);
});
