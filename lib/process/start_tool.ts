import { AbortReason } from "../async/abort_reason.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import { endFamily } from "./family/end_family.ts";
import { type ExitStatus, exitStatus } from "./exit_status.ts";
import { familyLeader } from "./family/family_leader.ts";
import { outputUntil } from "./output_stream.ts";
import type { ProcessFamily } from "./family/process_family.ts";
import { readHead } from "./read_head.ts";
import { spawnProgram } from "./spawn_program.ts";
import { ToolError } from "./tool_error.ts";

/** How long a tool has to end after it was asked to. */
const GRACE_MS = 3_000;

/** What is kept of a tool's standard error. */
const STDERR_BYTES = 64 * 1024;

export interface ToolOptions {
  /** The whole environment; this process's own when absent. */
  readonly environment?: ReadonlyMap<string, string>;
  /** This process's own when absent. */
  readonly workingDirectory?: string;
  /** True runs it as this process's own user, whomever programs run as: for tools that see secrets of ours. */
  readonly ownUser?: boolean;
  /** Nothing when absent. A stream is cancelled when the tool ends before it; its failure ends the tool. */
  readonly stdin?: Uint8Array | ReadableStream<Uint8Array>;
  /** When it aborts, the tool and its children are asked to end and, 3 s later, killed. */
  readonly signal?: AbortSignal;
}

export interface ToolEnd {
  readonly status: ExitStatus;
  /** At most its first 64 KiB. */
  readonly stderr: string;
}

/** A running tool. Its owner reads `stdout` to the end or cancels it. */
export interface RunningTool {
  readonly stdout: ReadableStream<Uint8Array>;
  /**
   * How it ended, whatever its status. Rejects with the signal's reason when that aborted, and with the error of
   * a `stdin` stream that failed; the tool is over then, too.
   */
  readonly ended: Promise<ToolEnd>;
}

/**
 * Starts a tool of ours (git, docker, tar...), its streams kept apart. What it leaves behind on purpose, such as
 * the monitor process of a container, goes on. Throws `ToolError` when it cannot be started.
 */
export function startTool(argv: readonly [string, ...string[]], options: ToolOptions = {}): RunningTool {
  const { stdin, signal } = options;
  signal?.throwIfAborted();
  const child = spawn(argv, options);
  const family = { leader: familyLeader(child.pid, { guard: false }) };
  const ended = supervise(child, { family, stdin, signal });
  ended.catch(() => {});
  return { stdout: outputUntil(child.stdout, { over: child.status, keepReading: false }), ended };
}

function spawn(argv: readonly [string, ...string[]], options: ToolOptions): Deno.ChildProcess {
  try {
    return spawnProgram(argv, { ...options, stdin: options.stdin ? "piped" : "null", stderr: "piped" });
  } catch (error) {
    throw new ToolError(argv[0], errorMessage(error), {}, { cause: error });
  }
}

async function supervise(
  child: Deno.ChildProcess,
  options: { family: ProcessFamily; stdin: ToolOptions["stdin"]; signal: AbortSignal | undefined },
): Promise<ToolEnd> {
  const { family, stdin, signal } = options;
  const stopped = Promise.withResolvers<never>();
  let stopping = false;
  const stop = (reason: unknown) => {
    if (stopping) return;
    stopping = true;
    endFamily(family, { graceMs: GRACE_MS }).then(() => stopped.reject(reason), stopped.reject);
  };
  const onAbort = () => stop(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });

  const over = new AbortController();
  if (stdin) feed(child.stdin, { from: stdin, signal: over.signal }).catch(stop);
  const stderr = readHead(
    outputUntil(child.stderr, { over: child.status, keepReading: false }),
    STDERR_BYTES,
  );
  const finished = Promise.all([child.status, stderr]).then(([status, stderr]) =>
    stopping ? stopped.promise : { status: exitStatus(status), stderr }
  );
  try {
    return await Promise.race([finished, stopped.promise]);
  } finally {
    over.abort(new AbortReason("finished", "The tool is over"));
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Rejects when the source fails; a tool that ends, or closes its input, before the source does is fine. */
async function feed(
  stdin: WritableStream<Uint8Array>,
  options: { from: Uint8Array | ReadableStream<Uint8Array>; signal: AbortSignal },
): Promise<void> {
  const { from, signal } = options;
  const source = from instanceof Uint8Array ? ReadableStream.from([from]) : from;
  try {
    await source.pipeTo(stdin, { signal });
  } catch (error) {
    if (!signal.aborted && !(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
