import { Buffer } from "node:buffer";
import { AbortReason } from "../../async/abort_reason.ts";
import { withGrace } from "../../async/grace.ts";
import type { Machine, MachineProcess } from "../../machine/machine.ts";
import { machinePaths } from "../machine_paths.ts";
import type { Dimensions } from "./dimensions.ts";
import { shellScript, START } from "./terminal_scripts.ts";

/** How long a shell may take to end, in milliseconds. */
const END_MS = 15_000;

/** What is typed waits for the shell to be there, and for whatever there reads it. */
const TYPE = `until [ -p "$2" ]; do sleep 0.1; done; cat -- "$1" >"$2"; rm -f -- "$1"`;

const RESIZE = `[ ! -s "$1" ] || stty cols "$2" rows "$3" <"$(cat -- "$1")"`;

export interface MachineTerminalOptions {
  readonly machine: Machine;
  /** Absolute path in the machine of a folder that is to be made for it. */
  readonly directory: string;
  /** What the shell is started with. */
  readonly environment: ReadonlyMap<string, string>;
  /** Absolute path in the machine. */
  readonly workingDirectory: string;
  readonly dimensions: Dimensions;
}

/**
 * A shell in a machine, on a terminal where the machine has a program that makes one. It takes no more than what every
 * machine can: programs that have nothing to read, and files. What is typed comes by a pipe in a folder of its own.
 */
export class MachineTerminal implements AsyncDisposable {
  readonly #options: MachineTerminalOptions;
  readonly #process: MachineProcess;
  readonly #stop: AbortController;
  #typed: Uint8Array[] = [];
  #typing: Promise<void> | undefined;
  #files = 0;

  private constructor(options: MachineTerminalOptions, process: MachineProcess, stop: AbortController) {
    this.#options = options;
    this.#process = process;
    this.#stop = stop;
  }

  /** Starts the shell. Rejects with an `Error` that says why it cannot be. */
  static async open(options: MachineTerminalOptions): Promise<MachineTerminal> {
    const { machine, directory, environment, workingDirectory, dimensions } = options;
    if (machine.platform.os === "windows") throw new Error("Opening a terminal: this is not done on Windows");
    const { join } = machinePaths(machine.platform);
    await machine.files.makeDirectory(directory);
    const script = new TextEncoder().encode(shellScript(dimensions, machine.platform));
    const stop = new AbortController();
    const process = await machine.spawn({
      argv: ["/bin/sh", "-c", START],
      environment: new Map([["TERM", "xterm-256color"], ...environment, ["CIRRUS_TERMINAL", directory]]),
      workingDirectory,
      files: [{ path: join(directory, "shell"), content: script }],
    }, { signal: stop.signal });
    return new MachineTerminal(options, process, stop);
  }

  /** What the terminal shows. It ends when the shell does. To be read to its end or cancelled. */
  get output(): ReadableStream<Uint8Array> {
    return this.#process.output;
  }

  /** Types something, in the order of the calls. What the shell no longer takes is forgotten. */
  type(data: Uint8Array): void {
    this.#typed.push(data);
    this.#typing ??= this.#typeAll();
  }

  async resize({ columns, rows }: Dimensions): Promise<void> {
    await this.#run([RESIZE, "sh", this.#path("tty"), String(columns), String(rows)]);
  }

  /** Ends the shell with all that it started. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { machine, directory } = this.#options;
    this.#stop.abort(new AbortReason("finished", "The terminal was closed"));
    await withGrace("closing a terminal", END_MS, async () => {
      await Promise.allSettled([this.#process.status, this.#typing]);
      await machine.files.remove(directory);
    });
  }

  async #typeAll(): Promise<void> {
    while (this.#typed.length > 0 && !this.#stop.signal.aborted) {
      const content = Buffer.concat(this.#typed);
      this.#typed = [];
      const path = this.#path(String(++this.#files));
      await this.#run([TYPE, "sh", path, this.#path("in")], [{ path, content }]).catch(() => {});
    }
    this.#typing = undefined;
  }

  async #run(args: readonly string[], files: { path: string; content: Uint8Array }[] = []): Promise<void> {
    const { machine } = this.#options;
    const process = await machine.spawn({
      argv: ["/bin/sh", "-c", ...args],
      environment: machine.environment,
      workingDirectory: "/",
      files,
    }, { signal: this.#stop.signal });
    await Promise.all([process.output.pipeTo(new WritableStream()), process.status]);
  }

  #path(name: string): string {
    const { machine: { platform }, directory } = this.#options;
    return machinePaths(platform).join(directory, name);
  }
}
