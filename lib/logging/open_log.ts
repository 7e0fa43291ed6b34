import { LogFile } from "./log_file.ts";
import { type LineLevel, type LogLevel, shows } from "./level.ts";
import { type LineFormat, lineFormatter } from "./line_format.ts";
import { type LineOutput, standardError } from "./line_output.ts";
import type { LogFields, Logger } from "./logger.ts";
import { Secrets } from "./secrets.ts";

export interface LogOptions {
  readonly level: LogLevel;
  /** `text` by default: for a person on a terminal, logfmt elsewhere. */
  readonly format?: "text" | "json" | undefined;
  /** Where lines go in the place of `output`. */
  readonly file?: LogFileTarget | undefined;
  /** Masked in every line; its owner may add to it later. */
  readonly secrets?: Secrets | undefined;
  /** Where lines go without a file, and the troubles of the file; the standard error stream by default. */
  readonly output?: LineOutput | undefined;
}

export interface LogFileTarget {
  readonly path: string;
  /** Rotates before the file would grow beyond this many bytes; never when absent. */
  readonly rotateBytes?: number | undefined;
  /** How many rotated files are kept; all when absent. */
  readonly maxRotations?: number | undefined;
}

/** An open log. Only the command line opens one; disposing it closes its file. */
export interface Log extends Disposable {
  readonly logger: Logger;
  /** Changes the level for every logger of this log, from the next line on. */
  setLevel(level: LogLevel): void;
  /** Opens the file again by its path, from which another program, such as logrotate, may have moved it. */
  reopen(): void;
}

/** Opens a log; throws an error for a person when its file cannot be opened. */
export function openLog(options: LogOptions): Log {
  const { secrets = new Secrets(), output = standardError() } = options;
  const render = lineFormatter(lineFormat(options.format, options.file ? undefined : output));
  let threshold = options.level;
  const write: WriteLine = (level, message, fields) => {
    if (!shows(threshold, level)) return;
    const text = secrets.mask(message);
    const line = render({
      category: ["cirrus"],
      level,
      message: [text],
      rawMessage: text,
      timestamp: Date.now(),
      properties: printable(fields, secrets),
    });
    (file ?? output).write(line);
  };
  const logger = createLogger(write, {});
  const file = options.file && openFile(options.file, { output, logger });
  return {
    logger,
    setLevel: (level) => void (threshold = level),
    reopen: () => file?.reopen(),
    [Symbol.dispose]: () => file?.[Symbol.dispose](),
  };
}

function lineFormat(format: "text" | "json" | undefined, output: LineOutput | undefined): LineFormat {
  if (format === "json") return { kind: "json" };
  return output?.terminal ? { kind: "terminal", colour: output.colour } : { kind: "text" };
}

function openFile(
  target: LogFileTarget,
  { output, logger }: { output: LineOutput; logger: Logger },
): LogFile {
  return new LogFile(target.path, {
    rotateBytes: target.rotateBytes,
    maxRotations: target.maxRotations,
    onTrouble: (message) => output.write(`${message}\n`),
    onRecovery: (lostLines) => logger.warning("The log file can be written again", { lostLines }),
  });
}

type WriteLine = (level: LineLevel, message: string, fields: LogFields) => void;

function createLogger(write: WriteLine, bound: LogFields): Logger {
  const at = (level: LineLevel) => (message: string, fields?: LogFields) =>
    write(level, message, { ...bound, ...fields });
  return {
    trace: at("trace"),
    debug: at("debug"),
    info: at("info"),
    warning: at("warning"),
    error: at("error"),
    with: (fields) => createLogger(write, { ...bound, ...fields }),
  };
}

/** The fields that have a value, masked. */
function printable(fields: LogFields, secrets: Secrets): Record<string, string | number | boolean> {
  const shown: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) shown[name] = typeof value === "string" ? secrets.mask(value) : value;
  }
  return shown;
}
