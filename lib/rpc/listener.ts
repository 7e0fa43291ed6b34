import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { hostAndPort } from "./host_and_port.ts";
import { listenProblem } from "./listen_problem.ts";
import { checkServerCertificate, type ServerCertificate } from "./server_certificate.ts";

export interface ListenerOptions {
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Connections are TLS 1.3 with one, plaintext without. */
  readonly certificate?: ServerCertificate | undefined;
  /** Given each connection. */
  readonly accept: (connection: net.Socket) => void;
}

/** A TCP port that keeps hold of its connections, so that they can be ended. */
export class Listener {
  readonly port: number;
  readonly #server: net.Server;
  readonly #connections: ReadonlySet<net.Socket>;
  #closed: Promise<unknown> | undefined;

  private constructor(
    server: net.Server,
    connections: ReadonlySet<net.Socket>,
  ) {
    this.#server = server;
    this.#connections = connections;
    this.port = portOf(server);
  }

  /** Starts to listen. Rejects with an `Error` that says why it cannot and what to do. */
  static async listen({ hostname, port, certificate, accept }: ListenerOptions): Promise<Listener> {
    const connections = new Set<net.Socket>();
    try {
      const server = certificate ? tlsServer(certificate, accept) : net.createServer(accept);
      server.on("connection", (connection: net.Socket) => {
        connections.add(connection);
        connection.once("close", () => connections.delete(connection));
        connection.setNoDelay(true);
      });
      server.listen(port, hostname);
      await once(server, "listening");
      return new Listener(server, connections);
    } catch (error) {
      throw new Error(`Could not listen on ${hostAndPort(hostname, port)}: ${listenProblem(error)}`, {
        cause: error,
      });
    }
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

/** How long a caller may take for its handshake, in milliseconds. */
const HANDSHAKE_MS = 20_000;

/** The TLS server of grpc-js answers no call on Deno 2.9.3; one that hands it connections as plaintext does. */
function tlsServer(
  certificate: ServerCertificate,
  accept: (connection: net.Socket) => void,
): net.Server {
  checkServerCertificate(certificate);
  return tls.createServer({
    ...certificate,
    minVersion: "TLSv1.3",
    ALPNProtocols: ["h2"],
    handshakeTimeout: HANDSHAKE_MS,
  }, accept);
}

function portOf(server: net.Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A listening server has no port");
  return address.port;
}
