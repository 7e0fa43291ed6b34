import type { ClientChannel } from "./ssh2.d.ts";
import { abortable } from "../../async/abortable.ts";
import type { SshBounds } from "./ssh_bounds.ts";
import type { SshConnection } from "./ssh_connection.ts";

/** The sessions of one VM, on as many connections as they need: an sshd allows only some on each. */
export class Sessions implements Disposable {
  readonly bounds: SshBounds;
  readonly #connections: SshConnection[];
  readonly #connect: () => Promise<SshConnection>;
  #connecting: Promise<void> | undefined;

  /** `connect` opens another connection to the same VM. */
  constructor(
    first: SshConnection,
    { connect, bounds }: { connect: () => Promise<SshConnection>; bounds: SshBounds },
  ) {
    this.bounds = bounds;
    this.#connections = [first];
    this.#connect = connect;
  }

  /** Gives a line to the user's shell in a session of its own. Rejects with the signal's reason when that aborts. */
  async exec(line: string, options: { signal: AbortSignal }): Promise<ClientChannel> {
    for (;;) {
      options.signal.throwIfAborted();
      const connection = this.#connections.find(({ isFull, lost }) => !isFull && !lost.aborted);
      if (connection) {
        const isFirst = !connection.isUsed;
        const channel = await abortable(this.#open(connection, line, options.signal), options.signal);
        if (channel) return channel;
        if (isFirst) {
          throw new Error("Opening a session in the VM: its sshd allows none; raise its MaxSessions");
        }
      } else {
        await abortable(this.#connecting ??= this.#grow(), options.signal);
      }
    }
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection[Symbol.dispose]();
  }

  /** Closes a session that comes when nobody waits for it any more. */
  async #open(
    connection: SshConnection,
    line: string,
    signal: AbortSignal,
  ): Promise<ClientChannel | undefined> {
    const channel = await connection.exec(line);
    if (signal.aborted) channel?.close();
    return channel;
  }

  async #grow(): Promise<void> {
    try {
      this.#connections.push(await this.#connect());
    } finally {
      this.#connecting = undefined;
    }
  }
}
