import type { WorkerConfig } from "../../config/worker/worker_config.ts";
import { childOf, type YamlNode } from "../../diagnostics/yaml_node.ts";
import type { LogLevel } from "../../logging/level.ts";
import type { Log } from "../../logging/open_log.ts";
import type { Secrets } from "../../logging/secrets.ts";
import type { Worker } from "../../worker/worker.ts";
import { differing } from "../differing.ts";
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
  const changed = differing(then, now);
  return levelOf(before, io) === levelOf(next, io) ? changed : [...changed, "log level"];
}

/** The level that a worker's log has. */
export function levelOf({ file }: Pick<WorkerSettings, "file">, io: Pick<Io, "debug">): LogLevel {
  return logLevel(io, file?.config.value.log?.level);
}

/** The keys of a worker's file that hold from now on; each other one needs a new start. */
const CHANGEABLE: ReadonlySet<string> = new Set<keyof WorkerConfig>([
  "token",
  "token-file",
  "rpc",
  "upstreams",
  "labels",
  "resources",
  "security",
  "standby",
  "tuning",
  "log",
]);

/** Names what has changed in the file and holds only from the next start on. */
function warnOfFixed(
  next: WorkerSettings,
  { before, log }: { readonly before: WorkerSettings; readonly log: Log },
): void {
  const valueOf = ({ name, file }: WorkerSettings) => ({ ...file?.config.value, name });
  const [then, now] = [valueOf(before), valueOf(next)];
  const root = next.file?.config.root;
  const warn = (name: string, key: YamlNode | undefined) => {
    const place = key && next.file ? ` (${next.file.config.path}:${key.at.line}:${key.at.column})` : "";
    log.logger.warning(`"${name}" cannot change while the worker runs${place}: start it again for that`);
  };
  for (const key of differing(then, now)) {
    if (!CHANGEABLE.has(key)) warn(key, childOf(root, key));
  }
  for (const key of differing(then.log ?? {}, now.log ?? {})) {
    if (key !== "level") warn(`log.${key}`, childOf(childOf(root, "log"), key));
  }
}
