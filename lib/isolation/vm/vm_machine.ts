import type { Machine, MachineCommand } from "../../machine/machine.ts";

/** A machine of which more than its own connection has to be given back: disposing it disposes `owned`. */
export class VmMachine implements Machine {
  readonly lost: AbortSignal;
  readonly #machine: Machine;
  readonly #owned: AsyncDisposableStack;

  constructor(machine: Machine, options: { owned: AsyncDisposableStack; lost: AbortSignal }) {
    this.#machine = machine;
    this.#owned = options.owned;
    this.lost = options.lost;
  }

  get platform() {
    return this.#machine.platform;
  }

  get workingDirectory() {
    return this.#machine.workingDirectory;
  }

  get environment() {
    return this.#machine.environment;
  }

  get files() {
    return this.#machine.files;
  }

  spawn(command: MachineCommand, options: { signal: AbortSignal }) {
    return this.#machine.spawn(command, options);
  }

  expose(port: number) {
    return this.#machine.expose(port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}
