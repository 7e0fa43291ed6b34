import { endFamily } from "../../process/family/end_family.ts";
import { outputUntil } from "../../process/output_stream.ts";
import type { ProcessFamily } from "../../process/family/process_family.ts";
import type { ProcessHost } from "../../process/family/process_host.ts";
import type { ExitStatus, MachineCommand, MachineProcess, Platform } from "../machine.ts";
import { commandScript, STARTED } from "./command_script.ts";
import { RemoteShell } from "./remote_shell.ts";
import type { Sessions } from "./sessions.ts";

/** A guest may be slow, and pipes, sshd and both windows of a channel (2 MiB each) hold more than a pipe alone. */
const LEFT = { quietMs: 500, mostBytes: 8 * 1024 * 1024 };

export interface GuestProcessOptions {
  readonly sessions: Sessions;
  readonly processes: ProcessHost;
  readonly platform: Platform;
  /** Names the process and all that it starts. Unique, and of the form `OUTER/INNER`. */
  readonly mark: string;
  readonly signal: AbortSignal;
  /** Aborts when the machine is lost. */
  readonly lost: AbortSignal;
}

/** Starts a program in a VM, as `Machine.spawn` says; its files must not hold a NUL byte. */
export async function startGuestProcess(
  command: MachineCommand,
  options: GuestProcessOptions,
): Promise<MachineProcess> {
  const { sessions, processes, mark, platform, signal, lost } = options;
  const { argv: [program], keepEscaping = false } = command;
  const script = commandScript(command, { mark, platform });
  const shell = await RemoteShell.start(sessions, { signal, lost });
  const family: ProcessFamily = {
    mark,
    leader: { pid: shell.pid, startedAt: 0, startTicks: undefined, guard: false },
  };
  shell.send('eval "$(cat)"\n');
  shell.send(script);
  shell.endInput();
  const status = supervise(shell.ended, {
    family,
    processes,
    keepEscaping,
    graceMs: sessions.bounds.graceMs,
    signal,
  });
  status.catch(() => {});
  const answer = await shell.output.line();
  if (answer !== STARTED) {
    await status.finally(() => shell.close());
    signal.throwIfAborted();
    const problem = answer ?? (shell.stderr.trim() || "its shell ended without a word");
    throw new Error(`Starting ${program}: ${problem}`);
  }
  const hangUp = () => shell.close();
  const output = shell.output.rest({ onCancel: () => void status.then(hangUp, hangUp) });
  return { output: outputUntil(output, { over: status, keepReading: keepEscaping, ...LEFT }), status };
}

async function supervise(
  ended: Promise<ExitStatus>,
  options: {
    family: ProcessFamily;
    processes: ProcessHost;
    keepEscaping: boolean;
    /** How long processes have to end after they were asked to. */
    graceMs: number;
    signal: AbortSignal;
  },
): Promise<ExitStatus> {
  const { family, processes, keepEscaping, signal } = options;
  const failed = Promise.withResolvers<never>();
  let ending: Promise<number[]> | undefined;
  const end = (graceMs: number) => ending ??= endFamily(family, { graceMs, host: processes });
  const onAbort = () => {
    end(options.graceMs).then((survivors) => {
      if (survivors.length === 0) return;
      failed.reject(
        new Error(
          `Ending process ${survivors.join(", ")} in the VM: it survives SIGKILL; look what it waits for`,
        ),
      );
    }, failed.reject);
  };
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const status = await Promise.race([ended, failed.promise]);
    if (!keepEscaping) end(0);
    await ending;
    return status;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
