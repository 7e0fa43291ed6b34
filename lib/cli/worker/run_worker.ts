import { tmpdir } from "node:os";
import { AbortReason } from "../../async/abort_reason.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import { openLog } from "../../logging/open_log.ts";
import { Secrets } from "../../logging/secrets.ts";
import { TOKEN_VARIABLE } from "../../worker/options/token_variable.ts";
import { Worker } from "../../worker/worker.ts";
import type { Observe } from "../../telemetry/telemetry_event.ts";
import type { WorkerOptions } from "../../worker/options/worker_options.ts";
import { checkCaFile } from "../ca_file.ts";
import { ExitCode, exitCodeOfSignal } from "../exit_code.ts";
import type { Io } from "../io.ts";
import { Reloader } from "../reloader.ts";
import { UsageError } from "../usage_error.ts";
import { applySettings, levelOf } from "./apply_settings.ts";
import type { WorkerRunFlags } from "./flags.ts";
import { workerOptions } from "./worker_options.ts";
import { readSettings, type WorkerSettings } from "./worker_settings.ts";
import { WorkerTelemetry } from "./worker_telemetry.ts";

/** `cirrus worker run`: works until a signal or an upstream ends it. */
export async function runWorker(flags: WorkerRunFlags, io: Io): Promise<number> {
  await checkCaFile(flags);
  const settings = await readSettings(flags, io);
  const options = workerOptions(flags, settings);
  const secrets = new Secrets();
  for (const { token } of options.upstreams) secrets.add(token);
  // The tools that are started (tar, git...) inherit the environment.
  Deno.env.delete(TOKEN_VARIABLE);
  if (flags.user !== undefined || flags.userCoarseGrained) {
    // What starts programs is loaded with the first task otherwise.
    const { applyUserFlags } = await import("./program_user.ts");
    await applyUserFlags(flags);
  }
  const { format, file } = settings.file?.config.value.log ?? {};
  using log = openLog({ level: levelOf(settings, io), format, file, secrets });
  const { logger } = log;
  await using telemetry = new WorkerTelemetry({
    io,
    pull: settings.file?.config.value.telemetry !== undefined,
    logger,
  });
  const worker = createWorker(options, { logger, observe: telemetry.observe });
  telemetry.start(worker);
  await using _endpoints = await openEndpoints({ settings, options, worker, telemetry, io, logger });
  for (const warning of settings.warnings) logger.warning(warning);
  await using reloader = new Reloader({
    settings,
    read: () => readSettings(flags, io),
    apply: (next, before) => applySettings(next, { before, flags, io, worker, log, secrets }),
    logger,
  });
  const onHangUp = () => {
    log.reopen();
    if (settings.file) reloader.request();
    else logger.info("nothing to read again: there is no configuration file");
  };
  return await untilSignaled((signals) => worker.run(signals), { io, logger, onHangUp });
}

/** Most workers serve nobody, and load nothing for it. */
async function openEndpoints(
  { settings, options: { stateDirectory, temporaryDirectory = tmpdir() }, ...rest }: {
    readonly settings: WorkerSettings;
    readonly options: WorkerOptions;
    readonly worker: Worker;
    readonly telemetry: WorkerTelemetry;
    readonly io: Io;
    readonly logger: Logger;
  },
): Promise<AsyncDisposable | undefined> {
  const config = settings.file?.config.value;
  if (!config?.telemetry && !config?.health) return undefined;
  const { openWorkerEndpoints } = await import("./worker_endpoints.ts");
  try {
    return await openWorkerEndpoints({ config, folders: [stateDirectory, temporaryDirectory], ...rest });
  } catch (error) {
    throw new UsageError(errorMessage(error), { cause: error });
  }
}

function createWorker(
  options: WorkerOptions,
  told: { readonly logger: Logger; readonly observe: Observe },
): Worker {
  try {
    return new Worker(options, told);
  } catch (error) {
    throw new UsageError(errorMessage(error), { cause: error });
  }
}

/** The first signal asks the work to drain, the second one to cancel what it still does. */
async function untilSignaled(
  work: (signals: { drain: AbortSignal; cancel: AbortSignal }) => Promise<void>,
  { io, logger, onHangUp }: { readonly io: Io; readonly logger: Logger; readonly onHangUp: () => void },
): Promise<number> {
  const drain = new AbortController();
  const cancel = new AbortController();
  let exitCode: number = ExitCode.success;
  const onSignal = (signal: "SIGINT" | "SIGTERM") => {
    if (!drain.signal.aborted) {
      logger.info(`received ${signal}: ending once the running tasks have; a second signal cancels them`);
      drain.abort(new AbortReason("shutdown", `The worker was asked to end by ${signal}`));
    } else if (!cancel.signal.aborted) {
      logger.warning(`received ${signal} again: cancelling the running tasks`);
      exitCode = exitCodeOfSignal(signal);
      cancel.abort(new AbortReason("shutdown", `The worker was stopped by ${signal}`));
    }
  };
  using _int = io.onSignal("SIGINT", () => onSignal("SIGINT"));
  using _term = io.onSignal("SIGTERM", () => onSignal("SIGTERM"));
  using _hup = io.onSignal("SIGHUP", onHangUp);
  await work({ drain: drain.signal, cancel: cancel.signal });
  return exitCode;
}
