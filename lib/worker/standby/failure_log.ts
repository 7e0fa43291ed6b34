import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";

/** What differs in two failures of one cause: names of VMs, addresses, process numbers. */
const VARIABLE_PARTS = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+(\.\d+)*/g;

/** Logs why something fails that is tried again and again: once per cause, until it has worked in between. */
export class FailureLog {
  readonly #logger: Logger;
  readonly #causes = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** `what` begins the line: "could not ...". */
  failed(what: string, error: unknown): void {
    const message = errorMessage(error);
    const cause = message.replaceAll(VARIABLE_PARTS, "N");
    if (this.#causes.has(cause)) return this.#logger.debug(`${what} again: ${message}`);
    this.#causes.add(cause);
    this.#logger.error(`${what}: ${message}; trying on, and saying so no more`);
  }

  worked(): void {
    this.#causes.clear();
  }
}
