import { once } from "node:events";
import net from "node:net";

export interface ListenerOptions {
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Given each connection. */
  readonly accept: (connection: net.Socket) => void;
}

/** A TCP port that keeps hold of its connections, so that they can be ended. */
export class Listener {
  /** `host:port`, an IPv6 address in brackets. */
  readonly address: string;
  readonly port: number;
  readonly #server: net.Server;
  readonly #connections: ReadonlySet<net.Socket>;
  #closed: Promise<unknown> | undefined;

  private constructor(
    server: net.Server,
    options: { hostname: string; connections: ReadonlySet<net.Socket> },
  ) {
    this.#server = server;
    this.#connections = options.connections;
    this.port = portOf(server);
    this.address = join(options.hostname, this.port);
  }

  /** Starts to listen. Rejects with an `Error` that says why it cannot and what to do. */
  static async listen({ hostname, port, accept }: ListenerOptions): Promise<Listener> {
    const connections = new Set<net.Socket>();
    const server = net.createServer((connection) => {
      connections.add(connection);
      connection.once("close", () => connections.delete(connection));
      connection.setNoDelay(true);
      accept(connection);
    });
    try {
      server.listen(port, hostname);
      await once(server, "listening");
    } catch (error) {
      throw new Error(`Could not listen on ${join(hostname, port)}: ${problem(error)}`, { cause: error });
    }
    return new Listener(server, { hostname, connections });
  }

  /** Takes no more connections; resolves when the last one has ended. */
  async close(): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = once(this.#server, "close");
      this.#server.close();
    }
    await this.#closed;
  }

  /** Breaks the connections there are. */
  cut(): void {
    for (const connection of this.#connections) connection.destroy();
  }
}

function join(hostname: string, port: number): string {
  return `${net.isIPv6(hostname) ? `[${hostname}]` : hostname}:${port}`;
}

function portOf(server: net.Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A listening server has no port");
  return address.port;
}

const PROBLEMS: ReadonlyMap<unknown, string> = new Map([
  ["EADDRINUSE", "the port is in use; choose another or end what uses it"],
  ["EACCES", "not allowed to; choose a port above 1023"],
  ["EADDRNOTAVAIL", "this machine has no such address; choose one it has"],
  ["EINVAL", "this machine has no such address; choose one it has"],
  ["ENOTFOUND", "there is no such host; check its spelling"],
]);

function problem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return ("code" in error ? PROBLEMS.get(error.code) : undefined) ?? error.message;
}
