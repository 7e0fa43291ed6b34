import { errorMessage } from "../diagnostics/error_message.ts";
import { endFamily } from "./family/end_family.ts";
import { type ExitStatus, exitStatus } from "./exit_status.ts";
import { familyLeader } from "./family/family_leader.ts";
import { outputUntil } from "./output_stream.ts";
import { spawnProgram } from "./spawn_program.ts";
import { ToolError } from "./tool_error.ts";

/** A tool that is talked to while it runs. Its owner reads both outputs to the end or cancels them. */
export interface Dialog extends AsyncDisposable {
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly status: Promise<ExitStatus>;
  /** Kills the tool with its children, if it still runs. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a tool whose three streams are all of use. Throws `ToolError` when it cannot be started. */
export function startDialog(
  argv: readonly [string, ...string[]],
  options: { environment?: ReadonlyMap<string, string>; workingDirectory?: string } = {},
): Dialog {
  const child = spawn(argv, options);
  const leader = familyLeader(child.pid, { guard: false });
  const until = { over: child.status, keepReading: false };
  return {
    stdin: child.stdin,
    stdout: outputUntil(child.stdout, until),
    stderr: outputUntil(child.stderr, until),
    status: child.status.then(exitStatus),
    async [Symbol.asyncDispose]() {
      await endFamily({ leader }, { graceMs: 0 });
    },
  };
}

function spawn(
  argv: readonly [string, ...string[]],
  { environment, workingDirectory }: {
    environment?: ReadonlyMap<string, string>;
    workingDirectory?: string;
  },
): Deno.ChildProcess {
  try {
    return spawnProgram(argv, { environment, workingDirectory, stdin: "piped", stderr: "piped" });
  } catch (error) {
    throw new ToolError(argv[0], errorMessage(error), {}, { cause: error });
  }
}
