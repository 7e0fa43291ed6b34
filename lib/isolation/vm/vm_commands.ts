import { findProgram } from "../../process/find_program.ts";
import { type CommandResult, runCommand } from "../../process/run_command.ts";
import { type RunningProcess, startProcess } from "../../process/start_process.ts";
import { VM_BOUNDS, type VmBounds } from "./vm_bounds.ts";
import type { VmProgram } from "./vm_program.ts";

/** How long `ip` waits for an address, and `stop` for the guest to end; in seconds. */
const IP_WAIT_SECONDS = 30;
const STOP_SECONDS = 5;

/** What the program itself may need beyond what it was told to wait for. */
const SPARE_MS = 10_000;

/** The program is not on this host; says how to get it. */
export class ProgramMissing extends Error {
  override readonly name = "ProgramMissing";

  constructor({ name, installation }: VmProgram, folders: string) {
    super(
      `Could not find ${name}: it is in no folder of PATH (${folders}); ${installation}, or extend PATH`,
    );
  }
}

export interface VmCommandsOptions {
  /** The whole environment of the program; its `PATH` tells where that is. */
  readonly environment: ReadonlyMap<string, string>;
  readonly bounds?: Partial<VmBounds>;
}

/**
 * The calls of one program, `tart` or `vetu`. Each is bounded, and rejects with a `ToolError` that carries the
 * program's own words, with an `AbortReason` of kind `timeout`, or with the reason of its signal.
 */
export class VmCommands {
  readonly bounds: VmBounds;
  readonly #path: string;
  readonly #environment: ReadonlyMap<string, string>;

  private constructor(readonly program: VmProgram, path: string, options: VmCommandsOptions) {
    this.#path = path;
    this.#environment = options.environment;
    this.bounds = { ...VM_BOUNDS, ...options.bounds };
  }

  /** Rejects with `ProgramMissing` when this host does not have the program. */
  static find(program: VmProgram, options: VmCommandsOptions): Promise<VmCommands> {
    return Promise.try(() => {
      const folders = options.environment.get("PATH") ?? "";
      const path = findProgram(program.name, folders);
      if (path === undefined) throw new ProgramMissing(program, folders);
      return new VmCommands(program, path, options);
    });
  }

  async pull(image: string, signal: AbortSignal): Promise<void> {
    await this.#call(["pull", image], { signal, timeoutMs: this.bounds.pullMs });
  }

  async clone(image: string, name: string, signal: AbortSignal): Promise<void> {
    const environment = new Map([...this.#environment, ...Object.entries(this.program.cloneEnvironment)]);
    await this.#call(["clone", image, name], { signal, timeoutMs: this.bounds.cloneMs, environment });
  }

  async set(name: string, options: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#call(["set", name, ...options], { signal, timeoutMs: this.bounds.setMs });
  }

  /** Starts the VM; it runs for as long as the process does. */
  run(
    name: string,
    options: { arguments: readonly string[]; mark: string; signal: AbortSignal },
  ): Promise<RunningProcess> {
    return startProcess({
      argv: [this.#path, "run", ...options.arguments, name],
      environment: this.#environment,
      workingDirectory: "/",
    }, options);
  }

  /** The address of a running VM. Waits for it, though not for as long as a boot may take. */
  async address(name: string, signal: AbortSignal): Promise<string> {
    const timeoutMs = IP_WAIT_SECONDS * 1000 + SPARE_MS;
    return await this.#ask(["ip", "--wait", String(IP_WAIT_SECONDS), name], { signal, timeoutMs });
  }

  /** What is written down of a VM, as JSON. Tart alone can be asked for that. */
  async facts(name: string, signal: AbortSignal): Promise<string> {
    return await this.#ask(["get", "--format", "json", name], { signal, timeoutMs: this.bounds.lookMs });
  }

  async stop(name: string): Promise<void> {
    await this.#call(["stop", "--timeout", String(STOP_SECONDS), name], { timeoutMs: this.bounds.stopMs });
  }

  async delete(name: string): Promise<void> {
    await this.#call(["delete", name], { timeoutMs: this.bounds.deleteMs });
  }

  /** The names of all VMs and images on this host. */
  async list(signal?: AbortSignal): Promise<string[]> {
    const text = await this.#ask(["list", "--quiet"], {
      timeoutMs: this.bounds.lookMs,
      ...signal && { signal },
    });
    return text.split(/\s*\n\s*/).filter(Boolean);
  }

  async #ask(args: readonly string[], options: CallOptions): Promise<string> {
    const { stdout } = await this.#call(args, options);
    return new TextDecoder().decode(stdout).trim();
  }

  #call(args: readonly string[], options: CallOptions): Promise<CommandResult> {
    return runCommand([this.#path, ...args], { environment: this.#environment, ...options });
  }
}

interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs: number;
  readonly environment?: ReadonlyMap<string, string>;
}
