import { abortable } from "../../async/abortable.ts";
import { type ExitStatus, succeeded } from "../../process/exit_status.ts";
import { ToolError } from "../../process/tool_error.ts";
import { callLine } from "./call_line.ts";
import { RemoteShell, type ShellOptions } from "./remote_shell.ts";
import type { Sessions } from "./sessions.ts";

/** What a script exits with for a path that does not exist, as no tool of ours does. */
const NOT_FOUND = 44;

export interface ToolCall {
  /** Names the tool in messages. */
  readonly name: string;
  /** Commands of a POSIX shell, on one line. They must not contain a value: those are `args`. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Nothing when absent. */
  readonly stdin?: ReadableStream<Uint8Array> | undefined;
  /** Which ends are none of a failure; those with status 0 when absent. */
  readonly isGood?: (end: { status: ExitStatus; stderr: string }) => boolean;
}

/**
 * Runs a tool of ours in a VM. What it prints fails as the tool does: with `Deno.errors.NotFound` when its script
 * exits with `NOT_FOUND`, otherwise with a `ToolError`; and as `stdin` does. Who cancels it hangs up.
 */
export async function startRemoteTool(
  sessions: Sessions,
  call: ToolCall,
  options: ShellOptions,
): Promise<ReadableStream<Uint8Array>> {
  const { name, script, args = [], stdin, isGood = ({ status }) => succeeded(status) } = call;
  const shell = await RemoteShell.start(sessions, options);
  shell.send(callLine(script, args));
  const sent = stdin ? shell.sendAll(stdin) : Promise.resolve(shell.endInput());
  sent.catch(() => {});
  const reader = shell.output.rest().getReader();
  const signal = AbortSignal.any([options.signal, options.lost]);
  const hangUp = () => shell.close();
  signal.addEventListener("abort", hangUp, { once: true });
  const over = () => signal.removeEventListener("abort", hangUp);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value } = await abortable(reader.read(), signal);
      if (value) return controller.enqueue(value);
      over();
      await sent;
      const end = { status: await abortable(shell.ended, signal), stderr: shell.stderr };
      if (end.status.kind === "exited" && end.status.code === NOT_FOUND) {
        throw new Deno.errors.NotFound(`${end.stderr.trim() || args[0]} does not exist in the VM`);
      }
      if (!isGood(end)) throw ToolError.of(name, end);
      controller.close();
    },
    cancel() {
      over();
      shell.close();
    },
  }, { highWaterMark: 0 });
}

/** Runs a tool to its end and resolves with what it prints. Fails as `startRemoteTool` says. */
export async function runRemoteTool(
  sessions: Sessions,
  call: ToolCall,
  options: ShellOptions,
): Promise<string> {
  return await new Response(await startRemoteTool(sessions, call, options)).text();
}
