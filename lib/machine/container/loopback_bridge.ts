import { errorMessage } from "../../diagnostics/error_message.ts";
import type { ExposedAddress } from "../machine.ts";
import type { WayToHost } from "./container_network.ts";

/**
 * Makes a port of this host's loopback reachable for one container: listens at the host's end of the container's way to
 * it, and takes connections only from where those of that container come. Disposing it closes all of them.
 */
export class LoopbackBridge implements AsyncDisposable {
  readonly address: ExposedAddress;
  readonly #listener: Deno.TcpListener;
  readonly #port: number;
  readonly #from: ReadonlySet<string>;
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #accepting: Promise<void>;

  /** Throws an error that says why the port cannot be exposed. */
  constructor(port: number, ways: readonly WayToHost[]) {
    const { listener, way } = listen(ways);
    this.#listener = listener;
    this.#port = port;
    this.#from = way.from;
    this.address = { hostname: way.address, port: listener.addr.port };
    this.#accepting = this.#accept();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) this.#close(connection);
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    try {
      for await (const connection of this.#listener) this.#serve(connection);
    } catch {
      // Closed meanwhile.
    }
  }

  async #serve(client: Deno.TcpConn): Promise<void> {
    this.#connections.add(client);
    const { hostname } = client.remoteAddr;
    if (!this.#from.has(hostname)) return this.#close(client);
    try {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#port });
      this.#connections.add(server);
      await Promise.all([
        client.readable.pipeTo(server.writable),
        server.readable.pipeTo(client.writable),
      ]).catch(() => {});
      this.#close(server);
    } catch {
      // Nobody listens any more: the client sees its connection end.
    } finally {
      this.#close(client);
    }
  }

  #close(connection: Deno.TcpConn): void {
    if (!this.#connections.delete(connection)) return;
    try {
      connection.close();
    } catch {
      // The peer was faster.
    }
  }
}

/** Listens where the first of the ways ends that ends on this host. */
function listen(ways: readonly WayToHost[]): { listener: Deno.TcpListener; way: WayToHost } {
  const problems: string[] = [];
  for (const way of ways) {
    try {
      return { listener: Deno.listen({ hostname: way.address, port: 0 }), way };
    } catch (error) {
      problems.push(`${way.address} is not on this host (${errorMessage(error)})`);
    }
  }
  const seen = problems.length === 0 ? "" : ` (${problems.join("; ")})`;
  throw new Error(
    `Exposing a port to a container: it does not reach this host${seen}; run the engine on the worker's host, and ` +
      "give the container a network",
  );
}
