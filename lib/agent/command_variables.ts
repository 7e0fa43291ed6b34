import { Buffer } from "node:buffer";
import type { CommandFile, Machine } from "../machine/machine.ts";
import { parseVariablesFile, type VariablesFile } from "./environment/variables_file.ts";

/** More than this no program could be given as variables; in bytes. */
const MAX_BYTES = 8 * 1024 * 1024;

/** The file that `CIRRUS_ENV` names for one command: variables that the command leaves to the next ones. */
export class CommandVariables {
  readonly #machine: Machine;
  readonly #file: CommandFile;
  #written = false;

  constructor(machine: Machine, file: CommandFile) {
    this.#machine = machine;
    this.#file = file;
  }

  get path(): string {
    return this.#file.path;
  }

  /** The file to put in place before a program of the command starts: once, as later programs add to it. */
  newFiles(): CommandFile[] {
    if (this.#written) return [];
    this.#written = true;
    return [this.#file];
  }

  /** What the command wrote; nothing when it ran no program or removed the file. */
  async read(): Promise<VariablesFile> {
    return parseVariablesFile(this.#written ? await this.#content() : new Uint8Array());
  }

  async #content(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const chunk of await this.#machine.files.read(this.#file.path)) {
        bytes += chunk.length;
        if (bytes > MAX_BYTES) throw new Error(`It is larger than ${MAX_BYTES} bytes`);
        chunks.push(chunk);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return Buffer.concat(chunks);
  }
}
