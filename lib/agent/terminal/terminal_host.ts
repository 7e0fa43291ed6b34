import { randomBytes } from "node:crypto";
import { HostService } from "../../../proto/gen/terminal_pb.ts";
import { AbortReason } from "../../async/abort_reason.ts";
import { delay } from "../../async/delay.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import { openChannel } from "../../rpc/channel.ts";
import { type Client, createClient } from "../../rpc/client.ts";
import type { TaskUpstream } from "../task_upstream.ts";
import type { Dimensions } from "./dimensions.ts";
import type { MachineTerminal } from "./machine_terminal.ts";
import { runTerminalSession } from "./terminal_session.ts";

export interface TerminalHostOptions {
  /** The URL of the terminal server. */
  readonly address: string;
  readonly upstream: TaskUpstream;
  /** Opens a shell in the machine. */
  readonly open: (dimensions: Dimensions) => Promise<MachineTerminal>;
  /** How long one report may take; in milliseconds. */
  readonly reportMs: number;
  /** Between two tries to reach the server; in milliseconds. */
  readonly retryMs: number;
  readonly logger: Logger;
}

/**
 * Offers the machine to a terminal server (https://github.com/cirruslabs/terminal) until it is disposed: whoever has the
 * secret that the upstream is told opens shells there. A server that is away is tried again and again.
 */
export class TerminalHost implements AsyncDisposable {
  /** Resolves when the upstream knows how to reach the machine. */
  readonly attached: Promise<void>;
  readonly #options: TerminalHostOptions;
  readonly #secret = randomBytes(32).toString("hex");
  readonly #attached = Promise.withResolvers<void>();
  readonly #stop = new AbortController();
  readonly #sessions = new Set<Promise<void>>();
  readonly #over: Promise<void>;
  #lastActivity = performance.now();
  #problem: string | undefined;

  constructor(options: TerminalHostOptions) {
    this.#options = options;
    this.attached = this.#attached.promise;
    this.#over = this.#run();
  }

  /** When somebody last did something in a shell, or came; in milliseconds of the monotonic clock. */
  get lastActivity(): number {
    return this.#lastActivity;
  }

  /** Why the server could not be reached last; undefined while it is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Ends every shell. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new AbortReason("finished", "The task is over"));
    await this.#over;
    await Promise.all(this.#sessions);
  }

  async #run(): Promise<void> {
    const { address, retryMs, logger } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        using channel = await openChannel({ endpoint: address });
        await this.#serve(createClient(HostService, channel));
        this.#problem = "the terminal server closed the connection";
      } catch (error) {
        this.#problem = errorMessage(error);
      }
      if (signal.aborted) return;
      logger.warning(`Offering terminals by ${address}: ${this.#problem}`, { waitMs: retryMs });
      await delay(retryMs, { signal }).catch(() => {});
    }
  }

  /** Until the server ends the connection. Its shells end with it, as it cannot be asked for them any more. */
  async #serve(server: Client<typeof HostService>): Promise<void> {
    const { signal } = this.#stop;
    const over = new AbortController();
    const sessions = AbortSignal.any([signal, over.signal]);
    const hello = this.#hello(sessions);
    let locator: string | undefined;
    try {
      for await (const { operation } of server.controlChannel(hello, { signal })) {
        if (operation.case === "hello") {
          locator = operation.value.locator;
          await this.#attach(locator);
        } else if (operation.case === "dataChannelRequest" && locator !== undefined) {
          this.#start(runTerminalSession(operation.value, {
            server,
            locator,
            open: this.#options.open,
            onActivity: () => this.#touch(),
            signal: sessions,
          }));
        }
      }
    } finally {
      over.abort(new AbortReason("finished", "The terminal server is gone"));
      await Promise.all(this.#sessions);
    }
  }

  async *#hello(signal: AbortSignal) {
    yield { operation: { case: "hello", value: { trustedSecret: this.#secret } } } as const;
    // The channel stays open as long as something may follow.
    if (signal.aborted) return;
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }

  async #attach(locator: string): Promise<void> {
    const { upstream: { client, taskIdentification }, reportMs } = this.#options;
    const options = { signal: this.#stop.signal, timeoutMs: reportMs };
    const secret = this.#secret;
    await client.reportTerminalAttached({ taskIdentification, locator, trustedSecret: secret }, options);
    const lifecycle = { case: "started", value: {} } as const;
    await client.reportTerminalLifecycle({ taskIdentification, lifecycle }, options);
    this.#problem = undefined;
    this.#attached.resolve();
  }

  #start(session: Promise<void>): void {
    this.#touch();
    const ended = session.catch((error) => {
      if (!this.#stop.signal.aborted) {
        this.#options.logger.warning(`Serving a terminal: ${errorMessage(error)}`);
      }
    });
    this.#sessions.add(ended);
    ended.finally(() => this.#sessions.delete(ended));
  }

  #touch(): void {
    this.#lastActivity = performance.now();
  }
}
