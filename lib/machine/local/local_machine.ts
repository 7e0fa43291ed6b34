import { AbortReason } from "../../async/abort_reason.ts";
import { endMarkedProcesses, markAge } from "../../process/family/end_marked_processes.ts";
import { programUser } from "../../process/user/program_user.ts";
import { startProcess } from "../../process/start_process.ts";
import { hostPlatform } from "../host_platform.ts";
import type { ExitStatus, ExposedAddress, Machine, MachineCommand, MachineProcess } from "../machine.ts";
import { LocalFiles } from "./local_files.ts";
import { UserFiles } from "./user_files.ts";

export interface LocalMachineOptions {
  /** Absolute path; need not exist yet. */
  readonly workingDirectory: string;
  /** Absolute path of an existing folder. */
  readonly temporaryDirectory: string;
  /** What tasks see of this host's environment: no secret of the worker's. */
  readonly environment: ReadonlyMap<string, string>;
  /** Processes of this machine carry it, so that they are found again whatever happens. Unique among machines. */
  readonly mark: string;
  /** What the machine is made of; disposed after everything in it has ended. */
  readonly resources?: AsyncDisposable;
}

/** The host itself, as the worker's user or the one that its programs run as. */
export class LocalMachine implements Machine {
  readonly platform = hostPlatform();
  readonly workingDirectory: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly files: LocalFiles;
  readonly #mark: string;
  readonly #markAge = markAge();
  readonly #resources: AsyncDisposable | undefined;
  readonly #disposal = new AbortController();
  readonly #running = new Set<Promise<ExitStatus>>();
  #disposed: Promise<void> | undefined;

  constructor(options: LocalMachineOptions) {
    this.workingDirectory = options.workingDirectory;
    this.environment = options.environment;
    const Files = programUser() === undefined ? LocalFiles : UserFiles;
    this.files = new Files({
      temporaryDirectory: options.temporaryDirectory,
      signal: this.#disposal.signal,
    });
    this.#mark = options.mark;
    this.#resources = options.resources;
  }

  async spawn(command: MachineCommand, options: { signal: AbortSignal }): Promise<MachineProcess> {
    await Promise.all(
      (command.files ?? []).map(({ path, content, mode = 0o600 }) =>
        this.files.write(path, content, { mode })
      ),
    );
    const process = await startProcess(command, {
      signal: AbortSignal.any([options.signal, this.#disposal.signal]),
      mark: this.#mark,
    });
    this.#running.add(process.status);
    const forget = () => this.#running.delete(process.status);
    process.status.then(forget, forget);
    return process;
  }

  /** Nothing stands between a process of this machine and the worker's loopback. */
  expose(port: number): Promise<ExposedAddress> {
    return Promise.try(() => {
      this.#disposal.signal.throwIfAborted();
      return { hostname: "127.0.0.1", port };
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposed ??= this.#dispose();
  }

  async #dispose(): Promise<void> {
    await using _resources = this.#resources;
    this.#disposal.abort(new AbortReason("finished", "The machine is being disposed"));
    await Promise.allSettled(this.#running);
    await endMarkedProcesses(this.#mark, this.#markAge);
  }
}
