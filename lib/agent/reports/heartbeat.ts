import { AbortReason } from "../../async/abort_reason.ts";
import { delay } from "../../async/delay.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import type { TaskUpstream } from "../task_upstream.ts";

/** Tells the upstream at once and then again and again that the agent lives, until disposed. */
export class Heartbeat implements Disposable {
  readonly #stop = new AbortController();

  constructor(upstream: TaskUpstream, options: { everyMs: number; logger: Logger }) {
    this.#run(upstream, options);
  }

  async #run(upstream: TaskUpstream, options: { everyMs: number; logger: Logger }): Promise<void> {
    const { client, taskIdentification } = upstream;
    const { everyMs, logger } = options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await client.heartbeat({ taskIdentification }, { signal, timeoutMs: everyMs });
      } catch (error) {
        if (!signal.aborted) {
          logger.warning(`Sending a heartbeat: ${errorMessage(error)}`);
        }
      }
      await delay(everyMs, { signal }).catch(() => {});
    }
  }

  [Symbol.dispose](): void {
    this.#stop.abort(new AbortReason("finished", "The task is over"));
  }
}
