import type { Machine } from "../machine.ts";
import { connectPatiently } from "./connect_patiently.ts";
import { ControlShell } from "./control_shell.ts";
import { guestProcesses } from "./guest_processes.ts";
import { HostKeyPin } from "./host_key_pin.ts";
import { probe } from "./probe.ts";
import { Sessions } from "./sessions.ts";
import type { SshLogin } from "./ssh_login.ts";
import { SSH_BOUNDS, type SshBounds } from "./ssh_bounds.ts";
import { SshConnection } from "./ssh_connection.ts";
import { SshMachine } from "./ssh_machine.ts";
import { syncClock } from "./sync_clock.ts";

export interface OpenSshMachineOptions {
  /** Other bounds than the usual ones. */
  readonly bounds?: Partial<SshBounds>;
  /** Where tasks work when they do not name a place; `/tmp/cirrus-ci-build` when absent. */
  readonly workingDirectory?: string;
  /** What tasks see beside the environment of the VM's user, such as `CIRRUS_VM_ID`. */
  readonly variables?: ReadonlyMap<string, string>;
  /** Whether the VM's clock is set to this host's first (`sync_time_over_ssh`). */
  readonly syncTime?: boolean;
  /** Stops the opening. */
  readonly signal: AbortSignal;
  /** Aborts, with a reason of kind `lost`, when the VM is known to be gone. */
  readonly lost?: AbortSignal;
}

/**
 * Logs in to a VM, which may still be booting, and makes a machine of it. Rejects with an `Error` that says what
 * failed, and with the signal's reason when that aborts.
 */
export async function openSshMachine(login: SshLogin, options: OpenSshMachineOptions): Promise<Machine> {
  const { workingDirectory = "/tmp/cirrus-ci-build", variables = new Map(), syncTime = false } = options;
  const gone = options.lost ?? new AbortController().signal;
  const signal = AbortSignal.any([options.signal, gone]);
  const pin = new HostKeyPin();
  const bounds = { ...SSH_BOUNDS, ...options.bounds };
  const connection = await connectPatiently(login, { pin, bounds, signal });
  const lost = AbortSignal.any([gone, connection.lost]);
  const connect = () => SshConnection.open(login, { pin, bounds, signal: lost });
  const sessions = new Sessions(connection, { connect, bounds });
  using opened = new DisposableStack();
  opened.use(sessions);
  const shells = { signal: AbortSignal.any([signal, lost]), lost };
  const [facts, control] = await Promise.all([
    probe(sessions, shells),
    ControlShell.start(sessions, { lost, signal: lost }),
  ]);
  if (syncTime) await syncClock(sessions, shells);
  opened.move();
  return new SshMachine({
    platform: facts.platform,
    workingDirectory,
    environment: new Map([...facts.environment, ...variables]),
    connection,
    sessions,
    processes: guestProcesses(control, facts.platform),
    lost,
  });
}
