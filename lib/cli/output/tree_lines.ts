import { formatDuration } from "../../units/duration.ts";
import type { TerminalSize } from "../io.ts";
import type { LiveLine } from "./live_area.ts";
import type { Marks } from "./marks.ts";
import { describeTaskOutcome, outcomeStyle } from "./outcome_text.ts";
import type { TaskOutcome } from "./run_event.ts";
import type { CommandState, TaskState } from "./run_state.ts";
import type { Style } from "./style.ts";

/** Lines of output below a command that runs, where there is room, and below one that failed. */
const RUNNING_LINES = 5;
const FAILED_LINES = 100;

const FRAME_MS = 150;

/** What the tree looks like. */
export interface TreeLook {
  readonly style: Style;
  readonly marks: Marks;
}

/** Draws tasks as trees of their commands and the last lines of output. */
export class TreeLines {
  readonly #style: Style;
  readonly #marks: Marks;

  constructor({ style, marks }: TreeLook) {
    this.#style = style;
    this.#marks = marks;
  }

  /** What runs at `now` (milliseconds), at most as many lines as there are rows: output gives way first. */
  running(
    tasks: readonly TaskState[],
    { rows, now }: { rows: TerminalSize["rows"]; now: number },
  ): LiveLine[] {
    for (let outputLines = RUNNING_LINES; outputLines >= 0; outputLines--) {
      const lines = tasks.flatMap((task) => this.#runningTask(task, { now, outputLines }));
      if (lines.length <= rows) return lines;
    }
    const heads = tasks.map((task) => this.#runningLine("", task, now));
    if (heads.length <= rows) return heads;
    const more = { text: `… and ${heads.length - rows + 1} more tasks`, paint: this.#style.dim };
    return [...heads.slice(0, rows - 1), more];
  }

  /** A finished task: one line, and where it failed also its commands with the end of what they printed. */
  finished(task: TaskState, ending: { outcome: TaskOutcome; durationMs: number }): LiveLine[] {
    const { outcome, durationMs } = ending;
    const head = {
      text: `${this.#marks.ended[outcome.kind]} ${task.name} ${describeTaskOutcome(outcome, durationMs)}`,
      paint: outcomeStyle(outcome.kind, this.#style),
    };
    if (outcome.kind !== "failed") return [head];
    const commands = [...task.commands.values()].flatMap((command) => {
      const line = this.#endedLine(command);
      if (command.ending?.outcome !== "failed") return line;
      return [...line, ...this.#output(command, FAILED_LINES)];
    });
    return [head, ...commands];
  }

  #runningTask(task: TaskState, { now, outputLines }: { now: number; outputLines: number }): LiveLine[] {
    const commands = [...task.commands.values()].flatMap((command) =>
      command.ending === undefined
        ? [this.#runningLine("  ", command, now), ...this.#lastOutput(command, outputLines)]
        : this.#endedLine(command)
    );
    return [this.#runningLine("", task, now), ...commands];
  }

  #runningLine(indent: string, what: { name: string; startedAt: number }, now: number): LiveLine {
    const { running } = this.#marks;
    const mark = running[Math.floor(now / FRAME_MS) % running.length];
    return { text: `${indent}${mark} ${what.name} ${formatDuration(now - what.startedAt)}` };
  }

  #endedLine({ name, ending }: CommandState): LiveLine[] {
    if (ending === undefined) return [];
    const { outcome, durationMs } = ending;
    const text = `  ${this.#marks.ended[outcome]} ${name} ${formatDuration(durationMs)}`;
    return [{ text, paint: outcomeStyle(outcome, this.#style) }];
  }

  #lastOutput(command: CommandState, count: number): LiveLine[] {
    return command.output.last(count).lines.map((line) => ({ text: `    ${line}`, paint: this.#style.dim }));
  }

  #output(command: CommandState, count: number): LiveLine[] {
    const { lines, earlier } = command.output.last(count);
    const cut = `    … ${earlier} lines before these; --output=simple shows them all`;
    return [
      ...earlier > 0 ? [{ text: cut, paint: this.#style.dim }] : [],
      ...lines.map((line) => ({ text: `    ${line}` })),
    ];
  }
}
