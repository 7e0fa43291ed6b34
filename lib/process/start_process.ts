import { errorMessage } from "../diagnostics/error_message.ts";
import { endFamily } from "./family/end_family.ts";
import { type ExitStatus, exitStatus } from "./exit_status.ts";
import { familyLeader } from "./family/family_leader.ts";
import { type Launcher, launcherOf } from "./launcher.ts";
import { mergeStreams } from "./merge_streams.ts";
import { outputUntil } from "./output_stream.ts";
import type { ProcessCommand } from "./process_command.ts";
import type { ProcessFamily } from "./family/process_family.ts";
import { inheritMark, MARK_VARIABLE } from "./family/process_mark.ts";
import { requireStartable } from "./require_startable.ts";
import { spawnProgram } from "./spawn_program.ts";

/** How long processes have to end after they were asked to. */
const GRACE_MS = 3_000;

/** A program that was started. Its owner reads `output` to the end or cancels it. */
export interface RunningProcess {
  /** Standard output and standard error, in the order they were written. Ends when the program is over. */
  readonly output: ReadableStream<Uint8Array>;
  /**
   * Settles once the program is over and, unless `keepEscaping`, nothing that it started runs any more. Rejects
   * when it survives SIGKILL, stuck in the kernel, or cannot be found to be ended.
   */
  readonly status: Promise<ExitStatus>;
}

/**
 * Starts a program in a session and group of its own, with nothing to read. `mark` names whom it belongs to: the
 * program and all it starts carry it (see `MARK_VARIABLE`). When `signal` aborts, all of them are asked to end
 * and, 3 s later, killed. Rejects when the program cannot be started, saying why.
 */
export async function startProcess(
  command: ProcessCommand,
  options: { signal: AbortSignal; mark: string },
): Promise<RunningProcess> {
  const { signal } = options;
  const { keepEscaping = false } = command;
  const mark = `${options.mark}/${crypto.randomUUID()}`;
  await requireStartable(command);
  const launcher = await launcherOf(command, mark);
  signal.throwIfAborted();
  const child = spawn(command, { launcher, mark });
  const leader = familyLeader(child.pid, { guard: launcher.guard });
  const status = supervise(child, { family: { mark, leader }, keepEscaping, signal });
  status.catch(() => {});
  const output = launcher.joinsOutputs ? child.stdout : mergeStreams([child.stdout, child.stderr]);
  return { output: outputUntil(output, { over: status, keepReading: keepEscaping }), status };
}

function spawn(command: ProcessCommand, options: { launcher: Launcher; mark: string }): Deno.ChildProcess {
  const { launcher, mark } = options;
  try {
    return spawnProgram(launcher.argv, {
      environment: new Map([...command.environment, [MARK_VARIABLE, inheritMark(mark)]]),
      workingDirectory: command.workingDirectory,
      startsSession: launcher.startsSession,
      stdin: "null",
      stderr: launcher.joinsOutputs ? "null" : "piped",
    });
  } catch (error) {
    throw new Error(`Starting ${command.argv[0]}: ${errorMessage(error)}`, { cause: error });
  }
}

async function supervise(
  child: Deno.ChildProcess,
  options: { family: ProcessFamily; keepEscaping: boolean; signal: AbortSignal },
): Promise<ExitStatus> {
  const { family, keepEscaping, signal } = options;
  const stuck = Promise.withResolvers<never>();
  let ending: Promise<number[]> | undefined;
  const onAbort = () => {
    ending ??= endFamily(family, { graceMs: GRACE_MS });
    ending.then((survivors) => {
      if (survivors.includes(child.pid)) {
        stuck.reject(new Error(`Ending process ${child.pid}: it survives SIGKILL; look what it waits for`));
      }
    }, stuck.reject);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const status = await Promise.race([child.status, stuck.promise]);
    if (!keepEscaping) ending ??= endFamily(family, { graceMs: 0 });
    await ending;
    return exitStatus(status);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
