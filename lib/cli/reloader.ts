import { ConfigError } from "../config/config_error.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import type { Logger } from "../logging/logger.ts";

export interface ReloaderOptions<Settings> {
  /** What holds now. */
  readonly settings: Settings;
  /** Reads everything again; rejects with an error for a person. */
  readonly read: () => Promise<Settings>;
  /** Goes over to the new settings; resolves with the names of what has changed. Rejects where it could not. */
  readonly apply: (next: Settings, before: Settings) => Promise<readonly string[]>;
  readonly logger: Logger;
}

/**
 * Reads a configuration again when it is asked to, one time after the other. What does not hold is logged, and the old
 * settings stay. Disposing waits for what goes on.
 */
export class Reloader<Settings> implements AsyncDisposable {
  readonly #options: ReloaderOptions<Settings>;
  #settings: Settings;
  #last: Promise<void> = Promise.resolve();

  constructor(options: ReloaderOptions<Settings>) {
    this.#options = options;
    this.#settings = options.settings;
  }

  /** Never throws. */
  request(): void {
    this.#last = this.#last.then(() => this.#reload());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
  }

  async #reload(): Promise<void> {
    const { read, apply, logger } = this.#options;
    try {
      const next = await read();
      const changed = await apply(next, this.#settings);
      this.#settings = next;
      logger.info(`the configuration was read again: ${changed.join(", ") || "nothing"} changed`);
    } catch (error) {
      for (const line of linesOf(error)) logger.error(line);
      logger.error("the configuration was read again and does not hold: the old one stays");
    }
  }
}

/** One line for each thing that is wrong. */
function linesOf(error: unknown): string[] {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof ConfigError)) return [errorMessage(error)];
  return cause.diagnostics.map(({ path, position, message }) =>
    position ? `${path}:${position.line}:${position.column}: ${message}` : `${path}: ${message}`
  );
}
