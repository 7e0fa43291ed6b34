/** What a log line carries beside its text: the task, the upstream, a count. Never a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Where a room writes what operators read. Rooms are given one; only the command line makes them.
 * Writing never throws and never waits.
 */
export interface Logger {
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that puts these fields on every line. */
  with(fields: LogFields): Logger;
}

/** Drops everything. */
export const silentLogger: Logger = {
  trace() {},
  debug() {},
  info() {},
  warning() {},
  error() {},
  with: () => silentLogger,
};
