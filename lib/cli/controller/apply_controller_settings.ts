import { isDeepStrictEqual } from "node:util";
import type { Controller } from "../../controller/controller.ts";
import { childOf } from "../../diagnostics/yaml_node.ts";
import type { Log } from "../../logging/open_log.ts";
import { differing } from "../differing.ts";
import type { Io } from "../io.ts";
import { logLevel } from "../log_level.ts";
import type { ControllerSettings } from "./controller_settings.ts";

export interface ApplyControllerOptions {
  readonly before: ControllerSettings;
  readonly controller: Pick<Controller, "changeLimits">;
  readonly log: Log;
  readonly io: Pick<Io, "debug">;
}

/** The settings that hold from now on; each other one needs a new start. */
const CHANGEABLE: ReadonlySet<string> = new Set<keyof ControllerSettings>([
  "keep",
  "maxDisk",
  "queueTimeout",
  "workerTimeout",
  "log",
  "config",
]);

/**
 * Lets a running controller go over to other settings; resolves with the names of what has changed. What can change only
 * with a new start is named in the log.
 */
export function applyControllerSettings(
  next: ControllerSettings,
  { before, controller, log, io }: ApplyControllerOptions,
): Promise<string[]> {
  const [then, now] = [limitsOf(before), limitsOf(next)];
  controller.changeLimits(now);
  const levelOf = (settings: ControllerSettings) => logLevel(io, settings.log?.level);
  log.setLevel(levelOf(next));
  const fixed = differing(before, next).filter((name) => !CHANGEABLE.has(name)).map(keyOf);
  const { level: _before, ...logBefore } = before.log ?? {};
  const { level: _next, ...logNext } = next.log ?? {};
  for (const key of isDeepStrictEqual(logBefore, logNext) ? fixed : [...fixed, "log"]) {
    const at = childOf(next.config?.root, key)?.at;
    const place = at && next.config ? ` (${next.config.path}:${at.line}:${at.column})` : "";
    log.logger.warning(`"${key}" cannot change while the controller runs${place}: start it again for that`);
  }
  const changed = LIMITS.filter(([name]) => then[name] !== now[name]).map(([, key]) => key);
  return Promise.resolve(levelOf(before) === levelOf(next) ? changed : [...changed, "log level"]);
}

const LIMITS = [
  ["keepMs", "keep"],
  ["maxDiskBytes", "max-disk"],
  ["queueTimeoutMs", "queue-timeout"],
  ["workerTimeoutMs", "worker-timeout"],
] as const;

/** What a controller is told of limits. */
export function limitsOf({ keep, maxDisk, queueTimeout, workerTimeout }: ControllerSettings) {
  return {
    keepMs: keep,
    maxDiskBytes: maxDisk,
    queueTimeoutMs: queueTimeout,
    workerTimeoutMs: workerTimeout,
  };
}

function keyOf(flag: string): string {
  return flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
