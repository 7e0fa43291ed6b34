import { type LogLevel, shows } from "../logging/level.ts";
import type { Io } from "./io.ts";

/** The level of a log: `debug` at least where the person gave `--debug`, else what was configured. */
export function logLevel({ debug = false }: Pick<Io, "debug">, configured: LogLevel = "info"): LogLevel {
  return debug && !shows(configured, "debug") ? "debug" : configured;
}
