import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import { maskText } from "../logs/masker.ts";
import type { SecretSet } from "../logs/secret_set.ts";
import type { TaskUpstream } from "../task_upstream.ts";

export interface ProblemReporterOptions {
  readonly secrets: SecretSet;
  /** How long one report may take; in milliseconds. */
  readonly reportMs: number;
  readonly logger: Logger;
}

/** Tells the upstream what the person who waits for the task should know. */
export class ProblemReporter {
  readonly #upstream: TaskUpstream;
  readonly #options: ProblemReporterOptions;

  constructor(upstream: TaskUpstream, options: ProblemReporterOptions) {
    this.#upstream = upstream;
    this.#options = options;
  }

  /** The task cannot go on, which the worker is told by the outcome. Resolves when the upstream was told or could not be; never rejects. */
  async error(message: string): Promise<void> {
    await this.#report(this.#upstream.client.reportAgentError, maskText(message, this.#options.secrets));
  }

  /** The task goes on all the same; the worker's operators are told too. */
  async warning(message: string): Promise<void> {
    const masked = maskText(message, this.#options.secrets);
    this.#options.logger.warning(masked);
    await this.#report(this.#upstream.client.reportAgentWarning, masked);
  }

  async #report(
    call: TaskUpstream["client"]["reportAgentError"],
    message: string,
  ): Promise<void> {
    const { taskIdentification } = this.#upstream;
    try {
      await call({ taskIdentification, message }, { timeoutMs: this.#options.reportMs });
    } catch (error) {
      this.#options.logger.warning(`Reporting a problem to the upstream: ${errorMessage(error)}`);
    }
  }
}
