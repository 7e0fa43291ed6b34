import { errorMessage } from "../../diagnostics/error_message.ts";
import type { ExposedAddress } from "../machine.ts";

/** What a container sees of the network between it and its host. */
export interface ContainerNetwork {
  /** The host's address there. */
  readonly gateway: string;
  /** The container's own addresses. */
  readonly addresses: ReadonlySet<string>;
}

/**
 * Makes a port of this host's loopback reachable for one container: listens at the host's end of the container's
 * network, a bridge of this host that nobody else has an address on but other containers, and takes connections from
 * that container's own addresses only. Disposing it closes all of them.
 */
export class LoopbackBridge implements AsyncDisposable {
  readonly address: ExposedAddress;
  readonly #listener: Deno.TcpListener;
  readonly #port: number;
  readonly #network: ContainerNetwork;
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #accepting: Promise<void>;

  /** Throws an error that says why the port cannot be exposed. */
  constructor(port: number, network: ContainerNetwork) {
    try {
      this.#listener = Deno.listen({ hostname: network.gateway, port: 0 });
    } catch (error) {
      throw new Error(
        `Exposing a port to a container: the other end of its network, ${network.gateway}, is not on this host ` +
          `(${errorMessage(error)}): the engine is remote or rootless`,
        { cause: error },
      );
    }
    this.#port = port;
    this.#network = network;
    this.address = { hostname: network.gateway, port: this.#listener.addr.port };
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
    if (!this.#network.addresses.has(hostname)) return this.#close(client);
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

/** Reads a container's /proc/net/route and /proc/net/fib_trie; undefined where it has no route to its host. */
export function readNetwork(route: string, fibTrie: string): ContainerNetwork | undefined {
  const fields = route.split("\n").map((line) => line.split(/\s+/));
  const gateway = fields.find(([, destination]) => destination === "00000000")?.[2];
  if (gateway === undefined || !/^[0-9A-F]{8}$/.test(gateway)) return undefined;
  const bytes = gateway.match(/../g) ?? [];
  const addresses = fibTrie.matchAll(/\|-- ([0-9.]+)\n\s*\/32 host LOCAL/g).map(([, address = ""]) =>
    address
  );
  return {
    // The kernel writes it as a number of this machine's, whose lowest byte is the first of the address.
    gateway: bytes.reverse().map((byte) => parseInt(byte, 16)).join("."),
    addresses: new Set(addresses.filter((address) => !address.startsWith("127."))),
  };
}
