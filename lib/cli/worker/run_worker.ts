import { AbortReason } from "../../async/abort_reason.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import { openLog } from "../../logging/open_log.ts";
import { Secrets } from "../../logging/secrets.ts";
import { CLOUD_ENDPOINT } from "../../worker/cloud_endpoint.ts";
import { defaultStateDirectory } from "../../worker/state_directory.ts";
import { Worker } from "../../worker/worker.ts";
import type { WorkerOptions } from "../../worker/worker_options.ts";
import { ExitCode, exitCodeOfSignal } from "../exit_code.ts";
import type { Io } from "../io.ts";
import { logLevel } from "../log_level.ts";
import { UsageError } from "../usage_error.ts";
import { VERSION } from "../version.ts";
import type { WorkerRunFlags } from "./flags.ts";
import { applyUserFlags } from "./program_user.ts";
import { TOKEN_VARIABLE } from "./registration_token.ts";
import { upstreamFromFlags } from "./upstream.ts";

/** `cirrus worker run`: works until a signal or an upstream ends it. */
export async function runWorker(flags: WorkerRunFlags, io: Io): Promise<number> {
  const options = await workerOptions(flags, io);
  const secrets = new Secrets();
  for (const { token } of options.upstreams) secrets.add(token);
  // The tools that are started (tar, git...) inherit the environment.
  Deno.env.delete(TOKEN_VARIABLE);
  await applyUserFlags(flags);
  using log = openLog({ level: logLevel(io), secrets });
  const worker = createWorker(options, log.logger);
  warnOfFlags(flags, log.logger);
  return await untilSignaled(io, log.logger, (signals) => worker.run(signals));
}

function createWorker(options: WorkerOptions, logger: Logger): Worker {
  try {
    return new Worker(options, { logger });
  } catch (error) {
    throw new UsageError(errorMessage(error), { cause: error });
  }
}

async function workerOptions(flags: WorkerRunFlags, io: Io): Promise<WorkerOptions> {
  const { name, upstream } = await upstreamFromFlags(flags, io);
  return {
    name,
    version: VERSION,
    upstreams: [upstream],
    labels: Object.assign({}, ...flags.labels ?? []),
    resources: Object.assign({}, ...flags.resources ?? []),
    stateDirectory: flags.stateDir ?? defaultStateDirectory(),
  };
}

function warnOfFlags(flags: WorkerRunFlags, logger: Logger): void {
  if (flags.rpcEndpoint === CLOUD_ENDPOINT) {
    logger.warning(
      `${CLOUD_ENDPOINT} is gone since 1 June 2026: name an upstream of your own with --rpc-endpoint`,
    );
  }
  if (flags.adoptLeftovers) {
    logger.warning("--adopt-leftovers has nothing to do: this version runs no virtual machines");
  }
}

/** The first signal asks the work to drain, the second one to cancel what it still does. */
async function untilSignaled(
  io: Io,
  logger: Logger,
  work: (signals: { drain: AbortSignal; cancel: AbortSignal }) => Promise<void>,
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
  using _hup = io.onSignal(
    "SIGHUP",
    () => logger.info("nothing to read again: there is no configuration file"),
  );
  await work({ drain: drain.signal, cancel: cancel.signal });
  return exitCode;
}
