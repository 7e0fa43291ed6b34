import { isDeepStrictEqual } from "node:util";
import { childOf } from "../../diagnostics/yaml_node.ts";
import type { LogLevel } from "../../logging/level.ts";
import type { Log } from "../../logging/open_log.ts";
import type { Secrets } from "../../logging/secrets.ts";
import type { Worker } from "../../worker/worker.ts";
import type { Io } from "../io.ts";
import { logLevel } from "../log_level.ts";
import type { WorkerRunFlags } from "./flags.ts";
import { changeableOptions } from "./worker_options.ts";
import type { WorkerSettings } from "./worker_settings.ts";

export interface ApplyOptions {
  readonly before: WorkerSettings;
  readonly flags: WorkerRunFlags;
  readonly io: Pick<Io, "debug">;
  readonly worker: Pick<Worker, "reload">;
  readonly log: Log;
  readonly secrets: Secrets;
}

/**
 * Lets a running worker go over to other settings; resolves with the names of what has changed. What can change only with
 * a new start is named in the log. Rejects where the new settings cannot be used; nothing has changed then.
 */
export async function applySettings(next: WorkerSettings, options: ApplyOptions): Promise<string[]> {
  const { before, flags, io, worker, log, secrets } = options;
  for (const { token } of next.upstreams) secrets.add(token);
  const [then, now] = [changeableOptions(flags, before), changeableOptions(flags, next)];
  await worker.reload(now);
  log.setLevel(levelOf(next, io));
  for (const warning of next.warnings) log.logger.warning(warning);
  warnOfFixed(next, { before, log });
  const changed = (["labels", "resources", "security", "standby", "tuning", "upstreams"] as const)
    .filter((name) => !isDeepStrictEqual(then[name], now[name]));
  return levelOf(before, io) === levelOf(next, io) ? changed : [...changed, "log level"];
}

/** The level that a worker's log has. */
export function levelOf({ file }: Pick<WorkerSettings, "file">, io: Pick<Io, "debug">): LogLevel {
  return logLevel(io, file?.config.value.log?.level);
}

/** Names what has changed in the file and holds only from the next start on. */
function warnOfFixed(
  next: WorkerSettings,
  { before, log }: { readonly before: WorkerSettings; readonly log: Log },
): void {
  const fixed = ({ name, file }: WorkerSettings) => ({ ...file?.config.value, name });
  const [then, now] = [fixed(before), fixed(next)];
  const root = next.file?.config.root;
  const warn = (key: string, section?: string) => {
    const at = childOf(section ? childOf(root, section) : root, key)?.at;
    const place = at && next.file ? ` (${next.file.config.path}:${at.line}:${at.column})` : "";
    const name = section ? `${section}.${key}` : key;
    log.logger.warning(`"${name}" cannot change while the worker runs${place}: start it again for that`);
  };
  if (then.name !== now.name) warn("name");
  if (!isDeepStrictEqual(then.log?.file, now.log?.file)) warn("file", "log");
  for (const key of ["resource-modifiers", "tart-pre-pull"] as const) {
    if (!isDeepStrictEqual(then[key], now[key])) warn(key);
  }
  if (then.log?.format !== now.log?.format) warn("format", "log");
}
