import { AbortReason } from "../async/abort_reason.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import type { LogDelivery } from "./logs/log_delivery.ts";
import { noteExit } from "./scripts/run_script.ts";
import type { RunningScript } from "./scripts/running_script.ts";

export interface BackgroundScriptsOptions {
  /** Ends the scripts before the task is over. */
  readonly signal: AbortSignal;
  /** Told of the log of a script that is over. */
  readonly onEnded: (delivery: LogDelivery) => void;
}

/** The background scripts of one task. */
export class BackgroundScripts {
  readonly #options: BackgroundScriptsOptions;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  /** Aborts when the scripts are to end. */
  readonly signal: AbortSignal;

  constructor(options: BackgroundScriptsOptions) {
    this.#options = options;
    this.signal = AbortSignal.any([options.signal, this.#stop.signal]);
  }

  /** Keeps a script and its log until it ends. */
  add(script: RunningScript, delivery: LogDelivery): void {
    const over = this.#follow(script, delivery);
    this.#running.add(over);
    over.finally(() => this.#running.delete(over));
  }

  /** Ends every script, with its log. */
  async stop(): Promise<void> {
    this.#stop.abort(new AbortReason("finished", "The task is over"));
    await Promise.all(this.#running);
  }

  async #follow(script: RunningScript, delivery: LogDelivery): Promise<void> {
    try {
      const status = await script.ended;
      if (!this.signal.aborted) await noteExit(status, delivery.log);
    } catch (error) {
      await delivery.log.writeLine(errorMessage(error));
    }
    this.#options.onEnded(delivery);
  }
}
