import { formatDuration } from "../../units/duration.ts";
import type { OutputStream } from "../io.ts";
import type { FoldFormat } from "./fold_format.ts";
import { LineBuffer } from "./line_buffer.ts";
import { describeTaskOutcome } from "./outcome_text.ts";
import { OutputTail } from "./output_tail.ts";
import type { Renderer } from "./renderer.ts";
import type { RunEvent, TaskEvent } from "./run_event.ts";

/** How many of its last lines a failed command shows outside of its fold. */
const FAILURE_LINES = 10;

/**
 * One fold for each command, for the logs of a CI system. Wants the events of one task at a time (see
 * `OneTaskAtATime`), since folds cannot overlap. Output passes as it is: the system may read commands in it.
 */
export class FoldingRenderer implements Renderer {
  readonly #stream: OutputStream;
  readonly #format: FoldFormat;
  #open: { readonly title: string; readonly tail: OutputTail; atLineStart: boolean } | undefined;
  /** Lines of background scripts, whose folds are closed long before they end. */
  readonly #background = new Map<string, LineBuffer>();

  constructor(stream: OutputStream, format: FoldFormat) {
    this.#stream = stream;
    this.#format = format;
  }

  async show(event: RunEvent): Promise<void> {
    if (event.kind === "run started") return;
    const text = event.kind === "note" ? `${this.#finishLine()}${event.text}\n` : this.#textOf(event);
    if (text !== "") await this.#stream.write(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const text = this.#flushBackground() + this.#close();
    if (text !== "") await this.#stream.write(text);
  }

  #textOf(event: TaskEvent): string {
    const { task } = event;
    switch (event.kind) {
      case "task started":
        return `[${task}] started\n`;
      case "command started": {
        // One is still open only where the run breaks off.
        const closing = this.#close();
        this.#open = { title: title(event), tail: new OutputTail(FAILURE_LINES), atLineStart: true };
        return closing + this.#format.open(this.#open.title);
      }
      case "output":
        return this.#output(event);
      case "command finished": {
        const tail = this.#open?.tail;
        const line = `[${task}] ${event.command}: ${event.outcome} in ${formatDuration(event.durationMs)}\n`;
        const failed = event.outcome === "failed";
        return this.#close() + line + (failed ? this.#failure(event, tail) : "");
      }
      case "task finished": {
        const ending = describeTaskOutcome(event.outcome, event.durationMs);
        const message = event.outcome.kind === "failed" ? event.outcome.message : undefined;
        const failure = message === undefined ? "" : this.#format.failure(`${task} failed`, message);
        return this.#flushBackground() + this.#close() + `[${task}] ${ending}\n` + failure;
      }
    }
  }

  #output(event: Extract<TaskEvent, { kind: "output" }>): string {
    const open = this.#open;
    if (open?.title === title(event)) {
      open.tail.push(event.text);
      if (event.text !== "") open.atLineStart = event.text.endsWith("\n");
      return event.text;
    }
    const buffer = this.#background.get(event.command) ?? new LineBuffer();
    this.#background.set(event.command, buffer);
    return this.#finishLine() + prefixed(event.command, buffer.push(event.text));
  }

  #failure(event: Extract<TaskEvent, { kind: "command finished" }>, tail: OutputTail | undefined): string {
    const lines = [`failed in ${formatDuration(event.durationMs)}`, ...tail?.last(FAILURE_LINES).lines ?? []];
    return this.#format.failure(title(event), lines.join("\n"));
  }

  #close(): string {
    const open = this.#open;
    if (open === undefined) return "";
    const text = this.#finishLine() + this.#format.close(open.title);
    this.#open = undefined;
    return text;
  }

  #finishLine(): string {
    if (this.#open === undefined || this.#open.atLineStart) return "";
    this.#open.atLineStart = true;
    return "\n";
  }

  #flushBackground(): string {
    const texts = [...this.#background].map(([command, buffer]) => prefixed(command, buffer.flush()));
    this.#background.clear();
    return texts.join("");
  }
}

function title(event: { readonly task: string; readonly command: string }): string {
  return `${event.task}: ${event.command}`;
}

function prefixed(command: string, lines: readonly string[]): string {
  return lines.map((line) => `${command} | ${line}\n`).join("");
}
