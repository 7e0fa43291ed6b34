/** How much a log says, from the least to the most, by the names that the configuration file knows. */
export const LOG_LEVELS = ["panic", "fatal", "error", "warning", "info", "debug", "trace"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** The levels that lines have. A log at `panic` or `fatal` shows none of them. */
export type LineLevel = Exclude<LogLevel, "panic" | "fatal">;

/** True when a log at level `threshold` shows a line of `level`. */
export function shows(threshold: LogLevel, level: LineLevel): boolean {
  return LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(threshold);
}
