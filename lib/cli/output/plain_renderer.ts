import { formatDuration } from "../../units/duration.ts";
import type { OutputStream } from "../io.ts";
import { LineBuffer } from "./line_buffer.ts";
import { describeTaskOutcome, outcomeStyle } from "./outcome_text.ts";
import type { Renderer } from "./renderer.ts";
import type { RunEvent } from "./run_event.ts";
import type { Style } from "./style.ts";

/**
 * Plain lines, each with the name of its task, so that tasks that run side by side can be told apart and a
 * search finds them. Output appears as soon as a line of it is complete.
 */
export class PlainRenderer implements Renderer {
  readonly #stream: OutputStream;
  readonly #style: Style;
  /** What the commands printed of a line that is not complete, by task and command. */
  readonly #unfinished = new Map<string, Map<string, LineBuffer>>();

  constructor(stream: OutputStream, style: Style) {
    this.#stream = stream;
    this.#style = style;
  }

  show(event: RunEvent): Promise<void> {
    const lines = this.#linesOf(event);
    return lines.length === 0 ? Promise.resolve() : this.#stream.write(`${lines.join("\n")}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const task of [...this.#unfinished.keys()]) {
      const lines = this.#flushTask(task);
      if (lines.length > 0) await this.#stream.write(`${lines.join("\n")}\n`);
    }
  }

  #linesOf(event: RunEvent): string[] {
    if (event.kind === "note") return [event.text];
    if (event.kind === "run started") return [];
    const { task } = event;
    switch (event.kind) {
      case "task started":
        return [this.#line(task, "started")];
      case "command started":
        return [this.#line(task, `${event.command}: started`)];
      case "output":
        return this.#output(task, event.command, this.#buffer(task, event.command).push(event.text));
      case "command finished": {
        const ending = outcomeStyle(event.outcome, this.#style)(event.outcome);
        const unfinished = this.#buffer(task, event.command).flush();
        return [
          ...this.#output(task, event.command, unfinished),
          this.#line(task, `${event.command}: ${ending} in ${formatDuration(event.durationMs)}`),
        ];
      }
      case "task finished": {
        const ending = describeTaskOutcome(event.outcome, event.durationMs);
        return [
          ...this.#flushTask(task),
          this.#line(task, outcomeStyle(event.outcome.kind, this.#style)(ending)),
        ];
      }
    }
  }

  #buffer(task: string, command: string): LineBuffer {
    const buffers = this.#unfinished.get(task) ?? new Map<string, LineBuffer>();
    this.#unfinished.set(task, buffers);
    const buffer = buffers.get(command) ?? new LineBuffer();
    buffers.set(command, buffer);
    return buffer;
  }

  #flushTask(task: string): string[] {
    const buffers = [...this.#unfinished.get(task) ?? []];
    this.#unfinished.delete(task);
    return buffers.flatMap(([command, buffer]) => this.#output(task, command, buffer.flush()));
  }

  #output(task: string, command: string, lines: readonly string[]): string[] {
    return lines.map((line) => this.#line(task, `${this.#style.dim(`${command} |`)} ${line}`));
  }

  #line(task: string, text: string): string {
    return `${this.#style.bold(`[${task}]`)} ${text}`;
  }
}
