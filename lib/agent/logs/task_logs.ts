import { AbortReason } from "../../async/abort_reason.ts";
import { abortable } from "../../async/abortable.ts";
import { within } from "../../async/within.ts";
import type { Logger } from "../../logging/logger.ts";
import type { Observe } from "../../telemetry/telemetry_event.ts";
import type { TaskUpstream } from "../task_upstream.ts";
import { LogDelivery } from "./log_delivery.ts";
import type { SecretSet } from "./secret_set.ts";

/** How many finished logs may be under way to the upstream before the next command has to wait for one of them. */
const MAX_UNDER_WAY = 16;

export interface TaskLogsOptions {
  readonly upstream: TaskUpstream;
  readonly compress: boolean;
  readonly spoolDirectory: string;
  readonly secrets: SecretSet;
  /** See `LogDeliveryOptions`. */
  readonly liveRestMs: number;
  readonly logStallMs: number;
  readonly onWarning: (message: string) => void;
  readonly observe?: Observe;
  readonly logger: Logger;
}

/** The logs of one task's commands. */
export class TaskLogs {
  readonly #options: TaskLogsOptions;
  readonly #stop = new AbortController();
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: TaskLogsOptions) {
    this.#options = options;
  }

  /**
   * Opens a command's log. An aborted `signal` ends the wait for the upstream to take what older logs there are; one that
   * takes none is not waited for long.
   */
  async open(
    commandName: string,
    options: { announced: Promise<void>; timestamps: boolean; signal: AbortSignal },
  ): Promise<LogDelivery> {
    const { signal } = options;
    if (this.#underWay.size >= MAX_UNDER_WAY && !signal.aborted) {
      const room = within(Promise.race(this.#underWay), this.#options.logStallMs);
      await abortable(room, signal).catch(() => {});
    }
    return new LogDelivery({ ...this.#options, commandName }, {
      ...this.#options,
      announced: options.announced,
      timestamps: options.timestamps,
      signal: this.#stop.signal,
    });
  }

  /** The command is over: its log is delivered while others run. */
  finish(delivery: LogDelivery): void {
    const delivered = delivery.finish();
    this.#underWay.add(delivered);
    delivered.finally(() => this.#underWay.delete(delivered));
  }

  /** Waits until every finished log is delivered; after `ms` milliseconds gives up those that are not. */
  async flush(ms: number): Promise<void> {
    const reason = new AbortReason(
      "timeout",
      `Gave up on the task's logs: not delivered within ${ms / 1000} s`,
    );
    const timer = setTimeout(() => this.#stop.abort(reason), ms);
    await Promise.all(this.#underWay);
    clearTimeout(timer);
  }
}
