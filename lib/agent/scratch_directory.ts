import type { CommandFile, Machine } from "../machine/machine.ts";
import { machinePaths } from "./machine_paths.ts";

/** The task's own folder in the machine, for scripts and the files that `CIRRUS_ENV` names. */
export class ScratchDirectory {
  readonly path: string;
  readonly #machine: Machine;
  #files = 0;

  constructor(machine: Machine) {
    const { join } = machinePaths(machine.platform);
    this.#machine = machine;
    this.path = join(machine.files.temporaryDirectory, `cirrus-${crypto.randomUUID()}`);
  }

  /** A file of the given extension (with the dot), for a program to be started with. */
  newFile(extension: string, content = ""): CommandFile {
    const { join } = machinePaths(this.#machine.platform);
    const path = join(this.path, `${++this.#files}${extension}`);
    return { path, content: new TextEncoder().encode(content) };
  }

  async make(): Promise<void> {
    await this.#machine.files.makeDirectory(this.path);
  }

  async remove(): Promise<void> {
    await this.#machine.files.remove(this.path);
  }
}
