import { within } from "../../async/within.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Observe } from "../../telemetry/telemetry_event.ts";
import { CommandLog } from "./command_log.ts";
import { LineStamper } from "./line_stamper.ts";
import { streamLog } from "./live_log.ts";
import { LogSpool } from "./log_spool.ts";
import type { LogTarget } from "./log_target.ts";
import { saveLog } from "./save_log.ts";
import type { SecretSet } from "./secret_set.ts";
import { StallWatch } from "./stall_watch.ts";

/** How long a log waits for the upstream to be told that its command runs. */
const ANNOUNCED_WITHIN_MS = 1_000;

/** What holds for every log of a task. */
export interface LogDeliveryOptions {
  readonly spoolDirectory: string;
  readonly secrets: SecretSet;
  readonly timestamps: boolean;
  /** Resolves when the upstream knows that the command runs; the log is not sent before. */
  readonly announced: Promise<void>;
  /** How long the live stream may make no progress once the command is over; in milliseconds. */
  readonly liveRestMs: number;
  /** How long a log may make no progress before it is given up, while nothing else has it; in milliseconds. */
  readonly logStallMs: number;
  /** Told of what the person who waits for the task should know. */
  readonly onWarning: (message: string) => void;
  readonly observe?: Observe;
  /** Ends the delivery, whether all is sent or not. */
  readonly signal: AbortSignal;
}

/** Brings one command's log to the upstream: live while it is written, and once more complete at its end. */
export class LogDelivery {
  readonly log: CommandLog;
  /** Resolves when the live stream is over. */
  readonly streamed: Promise<void>;
  readonly #target: LogTarget;
  readonly #options: LogDeliveryOptions;
  readonly #spool: LogSpool;
  readonly #stopLive = new AbortController();
  #stallWatch: StallWatch | undefined;

  constructor(target: LogTarget, options: LogDeliveryOptions) {
    this.#target = target;
    this.#options = options;
    this.#spool = new LogSpool({
      directory: options.spoolDirectory,
      stallMs: options.logStallMs,
      ...(options.observe ? { observe: options.observe } : {}),
      onDiskFailure: (error) => this.#onDiskFailure(error),
    });
    this.log = new CommandLog({
      spool: this.#spool,
      secrets: options.secrets,
      ...(options.timestamps ? { stamper: new LineStamper() } : {}),
    });
    this.streamed = this.#stream();
  }

  /** The command is over. Resolves when its log is delivered or given up, and forgotten here; never rejects. */
  async finish(): Promise<void> {
    await this.#attempt("Saving the log of a command", () => this.#deliver());
    await this.#attempt("Forgetting the log of a command", () => this.#spool[Symbol.asyncDispose]());
  }

  async #deliver(): Promise<void> {
    const { signal, logStallMs } = this.#options;
    await this.log.end();
    await this.#streamRest();
    if (this.#spool.whole) await saveLog(this.#spool, this.#target, { signal, stallMs: logStallMs });
  }

  async #attempt(what: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const { logger, commandName } = this.#target;
      logger.warning(`${what}: ${errorMessage(error)}`, { command: commandName });
    }
  }

  async #stream(): Promise<void> {
    await within(this.#options.announced, ANNOUNCED_WITHIN_MS);
    await streamLog(this.#spool, this.#target, {
      signal: AbortSignal.any([this.#options.signal, this.#stopLive.signal]),
      onProgress: () => this.#stallWatch?.touch(),
    });
  }

  async #streamRest(): Promise<void> {
    const { liveRestMs, logStallMs } = this.#options;
    // A log that can be saved whole need not be waited for here.
    const ms = this.#spool.whole ? liveRestMs : logStallMs;
    using watch = new StallWatch(`streaming the log of ${this.#target.commandName}`, ms);
    this.#stallWatch = watch;
    watch.signal.addEventListener("abort", () => this.#stopLive.abort(watch.signal.reason), { once: true });
    await this.streamed;
  }

  #onDiskFailure(error: unknown): void {
    const { commandName } = this.#target;
    this.#options.onWarning(
      `Keeping the log of ${commandName} on the worker's disk: ${
        errorMessage(error)
      }; it goes on live only, and what the ` +
        `upstream does not take in time is lost; free space in ${this.#options.spoolDirectory}`,
    );
  }
}
