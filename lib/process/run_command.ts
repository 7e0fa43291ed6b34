import { Buffer } from "node:buffer";
import { basename } from "node:path";
import { type AbortCause, AbortReason } from "../async/abort_reason.ts";
import { type ExitStatus, succeeded } from "./exit_status.ts";
import { startTool, type ToolOptions } from "./start_tool.ts";
import { ToolError } from "./tool_error.ts";

export interface RunOptions extends ToolOptions {
  /** No bound when absent. */
  readonly timeoutMs?: number;
  /** The most standard output that is taken; 16 MiB when absent. */
  readonly maxOutputBytes?: number;
  /** True resolves whatever the exit status, which otherwise must be 0. */
  readonly anyStatus?: boolean;
}

export interface CommandResult {
  readonly status: ExitStatus;
  readonly stdout: Uint8Array<ArrayBuffer>;
  /** At most its first 64 KiB. */
  readonly stderr: string;
}

/**
 * Runs a tool to its end. Rejects with `ToolError` when it cannot be started or ends otherwise than with 0 (see
 * `anyStatus`), with an `AbortReason` when it takes too long or prints too much, and with the signal's reason
 * when that aborts. The tool is over then.
 */
export async function runCommand(
  argv: readonly [string, ...string[]],
  options: RunOptions = {},
): Promise<CommandResult> {
  const { timeoutMs, maxOutputBytes = 16 * 1024 * 1024, anyStatus = false } = options;
  const stop = new AbortController();
  const end = (kind: AbortCause, problem: string) =>
    stop.abort(new AbortReason(kind, `Running ${basename(argv[0])}: ${problem}`));
  const timer = timeoutMs === undefined
    ? undefined
    : setTimeout(() => end("timeout", `not done within ${timeoutMs / 1000} s`), timeoutMs);
  try {
    const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
    const tool = startTool(argv, { ...options, signal });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of tool.stdout) {
      size += chunk.byteLength;
      if (size <= maxOutputBytes) chunks.push(chunk);
      else end("finished", `it prints more than ${maxOutputBytes} bytes`);
    }
    const { status, stderr } = await tool.ended;
    if (!anyStatus && !succeeded(status)) throw ToolError.of(argv[0], { status, stderr });
    return { status, stdout: Buffer.concat(chunks), stderr };
  } finally {
    clearTimeout(timer);
  }
}
