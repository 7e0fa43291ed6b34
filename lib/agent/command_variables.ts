import { Buffer } from "node:buffer";
import { abortable } from "../async/abortable.ts";
import type { CommandFile, Machine } from "../machine/machine.ts";
import { parseVariablesFile, type VariablesFile } from "./environment/variables_file.ts";
import { StallWatch } from "./logs/stall_watch.ts";

/** More than this no program could be given as variables; in bytes. */
const MAX_BYTES = 8 * 1024 * 1024;

/** A pipe or a terminal in the place of the file may never come to an end; in milliseconds. */
const READ_MS = 60_000;

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

  /**
   * What the command wrote; nothing when it ran no program or removed the file. Rejects when the file is no such file, or
   * `signal` aborts.
   */
  async read(signal: AbortSignal): Promise<VariablesFile> {
    if (!this.#written) return parseVariablesFile(new Uint8Array());
    using watch = new StallWatch("the file", READ_MS);
    return parseVariablesFile(await abortable(this.#content(), AbortSignal.any([signal, watch.signal])));
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
