import { AbortReason } from "../../async/abort_reason.ts";
import { withGrace } from "../../async/grace.ts";
import type { ProcessHost } from "../../process/family/process_host.ts";
import type {
  ExitStatus,
  ExposedAddress,
  Machine,
  MachineCommand,
  MachineProcess,
  Platform,
} from "../machine.ts";
import { forwardPort } from "./forward_port.ts";
import { startGuestProcess } from "./guest_process.ts";
import type { Sessions } from "./sessions.ts";
import type { SshConnection } from "./ssh_connection.ts";
import { SshFiles } from "./ssh_files.ts";

/** Programs are asked, given 3 s and killed; a VM that takes longer is torn down as it is. */
const END_WITHIN_MS = 5_000;

export interface SshMachineOptions {
  readonly platform: Platform;
  readonly workingDirectory: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly connection: SshConnection;
  readonly sessions: Sessions;
  readonly processes: ProcessHost;
  /** Aborts, with a reason of kind `lost`, when the machine is lost. */
  readonly lost: AbortSignal;
}

/** A machine at the other end of SSH connections. `openSshMachine` makes it. */
export class SshMachine implements Machine {
  readonly platform: Platform;
  readonly workingDirectory: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly files: SshFiles;
  readonly lost: AbortSignal;
  readonly #options: SshMachineOptions;
  readonly #mark = `ssh-${crypto.randomUUID()}`;
  readonly #disposal = new AbortController();
  readonly #running = new Set<Promise<ExitStatus>>();
  #disposed: Promise<void> | undefined;

  constructor(options: SshMachineOptions) {
    this.platform = options.platform;
    this.workingDirectory = options.workingDirectory;
    this.environment = options.environment;
    this.#options = options;
    const { sessions, platform, lost } = options;
    this.lost = lost;
    this.files = new SshFiles(sessions, {
      platform,
      lost,
      signal: AbortSignal.any([this.#disposal.signal, lost]),
    });
  }

  async spawn(command: MachineCommand, options: { signal: AbortSignal }): Promise<MachineProcess> {
    const { sessions, processes, platform, lost } = this.#options;
    const { files = [] } = command;
    // A shell cannot hold NUL bytes, which no script of a task has.
    const binary = files.filter(({ content }) => content.includes(0));
    for (const { path, content, mode = 0o600 } of binary) await this.files.write(path, content, { mode });
    const text = files.filter((file) => !binary.includes(file));
    const process = await startGuestProcess({ ...command, files: text }, {
      sessions,
      processes,
      platform,
      lost,
      mark: `${this.#mark}/${crypto.randomUUID()}`,
      signal: AbortSignal.any([options.signal, this.#disposal.signal, lost]),
    });
    this.#running.add(process.status);
    const forget = () => this.#running.delete(process.status);
    process.status.then(forget, forget);
    return process;
  }

  async expose(port: number): Promise<ExposedAddress> {
    this.#disposal.signal.throwIfAborted();
    this.#options.lost.throwIfAborted();
    return await forwardPort(this.#options.connection, port);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposed ??= this.#dispose();
  }

  async #dispose(): Promise<void> {
    using _sessions = this.#options.sessions;
    this.#disposal.abort(new AbortReason("finished", "The machine is being disposed"));
    const ended = Promise.allSettled(this.#running);
    await withGrace("ending the programs in the VM", END_WITHIN_MS, () => ended).catch(() => {});
  }
}
