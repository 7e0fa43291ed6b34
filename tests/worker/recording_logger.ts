import { withGrace } from "../../lib/async/grace.ts";
import type { LogFields, Logger } from "../../lib/logging/logger.ts";

/** How long a test waits for a line before it fails. */
const WAIT_MS = 20_000;

/** Keeps what is logged, and lets a test wait for a line. */
export class RecordingLogger implements Logger {
  /** `level message {fields}` in the order of writing; loggers made by `with` write to the same list. */
  readonly lines: string[];
  readonly #fields: LogFields;
  readonly #written: EventTarget;

  constructor(origin?: RecordingLogger, fields: LogFields = {}) {
    this.lines = origin?.lines ?? [];
    this.#written = origin ? origin.#written : new EventTarget();
    this.#fields = fields;
  }

  trace = (message: string, fields?: LogFields) => this.#write("trace", message, fields);
  debug = (message: string, fields?: LogFields) => this.#write("debug", message, fields);
  info = (message: string, fields?: LogFields) => this.#write("info", message, fields);
  warning = (message: string, fields?: LogFields) => this.#write("warning", message, fields);
  error = (message: string, fields?: LogFields) => this.#write("error", message, fields);
  with = (fields: LogFields) => new RecordingLogger(this, { ...this.#fields, ...fields });

  /** Resolves with the first line that matches, as soon as it is there. */
  line(pattern: RegExp): Promise<string> {
    return withGrace(`waiting for the log line ${pattern}`, WAIT_MS, async (signal) => {
      for (;;) {
        const line = this.lines.find((line) => pattern.test(line));
        if (line !== undefined) return line;
        await new Promise((resolve) => {
          this.#written.addEventListener("line", resolve, { once: true, signal });
        });
      }
    });
  }

  #write(level: string, message: string, fields: LogFields = {}): void {
    this.lines.push(`${level} ${message} ${JSON.stringify({ ...this.#fields, ...fields })}`);
    this.#written.dispatchEvent(new Event("line"));
  }
}
