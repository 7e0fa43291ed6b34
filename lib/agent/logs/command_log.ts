import type { LineStamper } from "./line_stamper.ts";
import type { LogSpool } from "./log_spool.ts";
import { Masker } from "./masker.ts";
import type { SecretSet } from "./secret_set.ts";

const NEWLINE = 10;

export interface CommandLogOptions {
  readonly spool: LogSpool;
  readonly secrets: SecretSet;
  /** Puts the time before every line, if there is one. */
  readonly stamper?: LineStamper;
}

/** What writes into one command's log: secrets are hidden first, so that a time never cuts one in two. */
export class CommandLog {
  readonly #spool: LogSpool;
  readonly #masker: Masker;
  readonly #stamper: LineStamper | undefined;
  #atLineStart = true;

  constructor(options: CommandLogOptions) {
    this.#spool = options.spool;
    this.#masker = new Masker(options.secrets);
    this.#stamper = options.stamper;
  }

  /** Adds what a program wrote. Resolves when there is room for more; what is written meanwhile comes after it. */
  async write(chunk: Uint8Array): Promise<void> {
    if (chunk.length === 0) return;
    this.#atLineStart = chunk.at(-1) === NEWLINE;
    await this.#pass(this.#masker.push(chunk));
  }

  /** Adds a text of ours, on lines of its own. */
  async writeLine(text: string): Promise<void> {
    await this.write(new TextEncoder().encode(`${this.#atLineStart ? "" : "\n"}${text}\n`));
  }

  /** Nothing follows. */
  async end(): Promise<void> {
    await this.#pass(this.#masker.flush());
    this.#spool.end();
  }

  async #pass(pieces: Uint8Array[]): Promise<void> {
    const stamper = this.#stamper;
    await this.#spool.append(stamper ? pieces.flatMap((piece) => stamper.push(piece)) : pieces);
  }
}
