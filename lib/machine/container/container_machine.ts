import { AbortReason } from "../../async/abort_reason.ts";
import { withGrace } from "../../async/grace.ts";
import type {
  ExitStatus,
  ExposedAddress,
  Machine,
  MachineCommand,
  MachineProcess,
  Platform,
} from "../machine.ts";
import type { ContainerEngine } from "./container_engine.ts";
import { ContainerFiles } from "./container_files.ts";
import { ContainerShell } from "./container_shell.ts";
import { waysToHost } from "./container_network.ts";
import { LoopbackBridge } from "./loopback_bridge.ts";
import type { SessionFacts, ShellSession } from "./shell_session.ts";

/** How long the removal of a container may take: with many files, on a slow disk. In milliseconds. */
const REMOVE_MS = 120_000;

export interface ContainerMachineOptions {
  readonly engine: ContainerEngine;
  /** The container's name. */
  readonly container: string;
  /** The session with its first process. */
  readonly session: ShellSession;
  readonly facts: SessionFacts;
  readonly platform: Platform;
  /** Absolute path in the container; need not exist yet. */
  readonly workingDirectory: string;
  /** What programs of the container find in their environment. */
  readonly environment: ReadonlyMap<string, string>;
  /** The most memory that it may use; undefined where there is no limit of its own. */
  readonly memoryMiB: number | undefined;
  /** What the machine is made of; disposed after the container is removed. */
  readonly resources?: AsyncDisposable;
}

/** A container, driven from outside by the engine's program. Nothing of ours is in it but its first process, a shell. */
export class ContainerMachine implements Machine {
  readonly platform: Platform;
  readonly workingDirectory: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly files: ContainerFiles;
  readonly #options: ContainerMachineOptions;
  readonly #shell: ContainerShell;
  readonly #disposal = new AbortController();
  readonly #running = new Set<Promise<ExitStatus>>();
  readonly #bridges = new AsyncDisposableStack();
  #disposed: Promise<void> | undefined;

  constructor(options: ContainerMachineOptions) {
    this.platform = options.platform;
    this.workingDirectory = options.workingDirectory;
    this.environment = options.environment;
    this.#options = options;
    this.#shell = new ContainerShell(options);
    this.files = new ContainerFiles({ ...options, shell: this.#shell, signal: this.#disposal.signal });
  }

  async spawn(command: MachineCommand, options: { signal: AbortSignal }): Promise<MachineProcess> {
    this.#disposal.signal.throwIfAborted();
    const process = await this.#shell.start(await this.files.place(command), options);
    this.#running.add(process.status);
    const forget = () => this.#running.delete(process.status);
    process.status.then(forget, forget);
    return process;
  }

  async expose(port: number): Promise<ExposedAddress> {
    this.#disposal.signal.throwIfAborted();
    const read = (path: string) => this.#shell.readLines(path).catch(() => "");
    const [route, fibTrie, hosts, bootId] = await Promise.all([
      read("/proc/net/route"),
      read("/proc/net/fib_trie"),
      read("/etc/hosts"),
      read("/proc/sys/kernel/random/boot_id"),
    ]);
    const ways = waysToHost({ route, fibTrie, hosts, bootId });
    this.#disposal.signal.throwIfAborted();
    return this.#bridges.use(new LoopbackBridge(port, ways)).address;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposed ??= this.#dispose();
  }

  async #dispose(): Promise<void> {
    const { engine, container, resources } = this.#options;
    this.#shell.end();
    this.#disposal.abort(new AbortReason("finished", "The machine is being disposed"));
    await this.#bridges.disposeAsync();
    await using _session = this.#options.session;
    await withGrace(
      `removing the container ${container}`,
      REMOVE_MS,
      (signal) => engine.remove(container, { signal }),
    );
    // Only now: what could not be removed stays claimed, for the next start.
    await resources?.[Symbol.asyncDispose]();
    await Promise.allSettled(this.#running);
  }
}
