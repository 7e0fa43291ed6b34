import type { LogSlice } from "../../controller/logs/logs.ts";
import type { BuildEvent, CommandState, StoredEvent, TaskState } from "../../controller/records.ts";
import type { CommandOutcome, RunEvent, TaskOutcome } from "../output/run_event.ts";
import { taskTitles, type Titled } from "./task_titles.ts";

/** How much of a log is read at once, in bytes. */
const SLICE_BYTES = 256 * 1024;

/** The part of the controller that a build is followed by. */
export interface BuildSource {
  readonly builds: {
    watch(id: string, options: { signal: AbortSignal }): AsyncIterable<BuildEvent>;
  };
  readonly logs: {
    read(
      log: { readonly taskId: string; readonly command: string },
      part: { readonly offset: number; readonly length: number },
    ): Promise<LogSlice | undefined>;
  };
}

/** What must be known of a build to follow it. */
export interface FollowedBuild {
  readonly id: string;
  readonly tasks: readonly FollowedTask[];
}

export interface FollowedTask extends Titled {
  readonly id: string;
  readonly allowFailures: boolean;
  readonly state: { readonly status: TaskState["status"] };
}

/** What happens to a build, for the people who watch, up to its end. Output of a command comes before its end. */
export function runEvents(
  source: BuildSource,
  build: FollowedBuild,
  options: { signal: AbortSignal },
): AsyncIterable<RunEvent> {
  return new BuildFollower(source, build).follow(options.signal);
}

/** What was shown of a command so far. */
interface CommandProgress {
  readonly decoder: TextDecoder;
  offset: number;
}

interface TaskProgress {
  readonly title: string;
  readonly tolerated: boolean;
  /** Milliseconds since 1970; undefined until the task started. */
  startedAt?: number;
  commandFailed: boolean;
  readonly commands: Map<string, CommandProgress>;
}

class BuildFollower {
  readonly #source: BuildSource;
  readonly #build: FollowedBuild;
  readonly #tasks: ReadonlyMap<string, TaskProgress>;

  constructor(source: BuildSource, build: FollowedBuild) {
    this.#source = source;
    this.#build = build;
    const titles = taskTitles(build.tasks);
    this.#tasks = new Map(build.tasks.map(({ id, name, allowFailures }, index) => [id, {
      title: titles[index] ?? name,
      tolerated: allowFailures,
      commandFailed: false,
      commands: new Map(),
    }]));
  }

  async *follow(signal: AbortSignal): AsyncGenerator<RunEvent> {
    yield { kind: "run started", tasks: this.#titles() };
    for await (const event of this.#source.builds.watch(this.#build.id, { signal })) {
      if (event.kind === "build") {
        if (event.status !== "executing") return;
        continue;
      }
      const task = this.#tasks.get(event.taskId);
      if (task === undefined) continue;
      if (event.kind === "task") yield* this.#onTask(task, event);
      else if (event.kind === "log") yield* this.#onLog(task, event);
      else yield* this.#onCommand(task, event);
    }
  }

  /** The titles of the tasks that are going to run. */
  #titles(): string[] {
    const awaited = this.#build.tasks.filter(({ state }) => state.status !== "skipped");
    return awaited.flatMap(({ id }) => this.#tasks.get(id)?.title ?? []);
  }

  async *#onTask(
    task: TaskProgress,
    { taskId, state, at }: Extract<StoredEvent, { kind: "task" }>,
  ): AsyncGenerator<RunEvent> {
    if (state.status === "executing") yield* this.#startTask(task, at);
    if (state.status === "triggered" && task.startedAt !== undefined) {
      yield { kind: "note", text: `${task.title}: ${state.message ?? "starts over"}` };
      task.commands.clear();
      task.commandFailed = false;
    }
    const outcome = taskOutcome(task, state);
    if (outcome === undefined) return;
    for (const command of task.commands.keys()) yield* this.#output(task, { taskId, command });
    yield { kind: "task finished", task: task.title, outcome, durationMs: at - (task.startedAt ?? at) };
  }

  async *#onCommand(
    task: TaskProgress,
    { taskId, command, state, at }: Extract<StoredEvent, { kind: "command" }>,
  ): AsyncGenerator<RunEvent> {
    if (state.status === "executing") yield* this.#startCommand(task, { command, at });
    const outcome = commandOutcome(state);
    if (outcome === undefined) return;
    yield* this.#startCommand(task, { command, at });
    yield* this.#output(task, { taskId, command });
    if (outcome.outcome === "failed") task.commandFailed = true;
    yield { kind: "command finished", task: task.title, command, ...outcome };
  }

  async *#onLog(
    task: TaskProgress,
    { taskId, command }: { readonly taskId: string; readonly command: string },
  ): AsyncGenerator<RunEvent> {
    yield* this.#startCommand(task, { command, at: Date.now() });
    yield* this.#output(task, { taskId, command });
  }

  *#startTask(task: TaskProgress, at: number): Generator<RunEvent> {
    if (task.startedAt !== undefined) return;
    task.startedAt = at;
    yield { kind: "task started", task: task.title };
  }

  /** Updates that were sent together tell only of the last state: a command may be finished before it started. */
  *#startCommand(task: TaskProgress, { command, at }: { command: string; at: number }): Generator<RunEvent> {
    yield* this.#startTask(task, at);
    if (task.commands.has(command)) return;
    task.commands.set(command, { decoder: new TextDecoder(), offset: 0 });
    yield { kind: "command started", task: task.title, command };
  }

  /** What there is of a command's log beyond what was shown. */
  async *#output(task: TaskProgress, key: { taskId: string; command: string }): AsyncGenerator<RunEvent> {
    const progress = task.commands.get(key.command);
    if (progress === undefined) return;
    for (;;) {
      const slice = await this.#source.logs.read(key, { offset: progress.offset, length: SLICE_BYTES });
      if (slice === undefined || slice.bytes.byteLength === 0) return;
      progress.offset += slice.bytes.byteLength;
      const text = progress.decoder.decode(slice.bytes, { stream: true });
      yield { kind: "output", task: task.title, command: key.command, text };
    }
  }
}

/** How a task ended; undefined while it has not. */
function taskOutcome(task: TaskProgress, state: TaskState): TaskOutcome | undefined {
  switch (state.status) {
    case "completed":
      return { kind: "passed" };
    case "failed": {
      const { tolerated, commandFailed } = task;
      return commandFailed
        ? { kind: "failed", tolerated }
        : { kind: "failed", tolerated, message: state.message };
    }
    case "aborted":
      return task.startedAt === undefined
        ? { kind: "skipped", reason: inSentence(state.message) }
        : { kind: "cancelled" };
    case "skipped":
      return { kind: "skipped", reason: inSentence(state.message) };
    default:
      return undefined;
  }
}

function inSentence(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/** How a command ended; undefined while it has not, and for one that was not run. */
function commandOutcome(state: CommandState): { outcome: CommandOutcome; durationMs: number } | undefined {
  switch (state.status) {
    case "completed":
      return { outcome: "passed", durationMs: state.durationMs };
    case "failed":
      return { outcome: "failed", durationMs: state.durationMs };
    case "aborted":
      return { outcome: "cancelled", durationMs: state.durationMs };
    default:
      return undefined;
  }
}
