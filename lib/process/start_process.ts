import type { ExitStatus } from "./exit_status.ts";
import { exitStatus } from "./exit_status.ts";
import { requireStartable } from "./require_startable.ts";
import { endFamily } from "./end_family.ts";
import { outputUntil } from "./output_stream.ts";
import type { ProcessFamily } from "./process_family.ts";
import { inheritMark, MARK_VARIABLE } from "./process_mark.ts";

/** How long processes have to end after they were asked to. */
const GRACE_MS = 3_000;

/** A program to start on this host. */
export interface ProcessCommand {
  readonly argv: readonly [string, ...string[]];
  /** The whole environment; only the mark is added to it. */
  readonly environment: ReadonlyMap<string, string>;
  readonly workingDirectory: string;
  /** True leaves what the program put into the background running after it is over. */
  readonly keepEscaping?: boolean;
}

/** A running program. Its owner reads `output` to the end or cancels it. */
export interface RunningProcess {
  readonly pid: number;
  /** Standard output and standard error, in the order they were written. Ends when the program is over. */
  readonly output: ReadableStream<Uint8Array>;
  /** Settles once the program is over and, unless `keepEscaping`, nothing that it started runs any more. */
  readonly status: Promise<ExitStatus>;
}

/**
 * Starts a program in a session and group of its own. `mark` names whom it belongs to (`owner/task`): the
 * program and all it starts carry it in `CIRRUS_PROCESS_MARK`. When `signal` aborts, all of them are asked to
 * end and, 3 s later, killed. Rejects when the program cannot be started, saying why.
 */
export async function startProcess(
  command: ProcessCommand,
  options: { signal: AbortSignal; mark?: string },
): Promise<RunningProcess> {
  const { signal } = options;
  signal.throwIfAborted();
  await requireStartable(command);
  const mark = `${options.mark ?? "cirrus"}/${crypto.randomUUID()}`;
  const startedAt = performance.now();
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", 'exec 2>&1; exec "$@"', "sh", ...command.argv],
    cwd: command.workingDirectory,
    env: { ...Object.fromEntries(command.environment), [MARK_VARIABLE]: inheritMark(mark) },
    clearEnv: true,
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const family: ProcessFamily = { mark, leader: { pid: child.pid, startedAt, guard: false } };
  const keepEscaping = command.keepEscaping ?? false;
  const status = supervise(child, { family, keepEscaping, signal });
  status.catch(() => {});
  return {
    pid: child.pid,
    output: outputUntil(child.stdout, { over: status, keepReading: keepEscaping }),
    status,
  };
}

async function supervise(
  child: Deno.ChildProcess,
  options: { family: ProcessFamily; keepEscaping: boolean; signal: AbortSignal },
): Promise<ExitStatus> {
  const { family, keepEscaping, signal } = options;
  let ending: Promise<number[]> | undefined;
  const onAbort = () => ending ??= endFamily(family, { graceMs: GRACE_MS });
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const status = await child.status;
    if (!keepEscaping) ending ??= endFamily(family, { graceMs: 0 });
    await ending;
    return exitStatus(status);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
