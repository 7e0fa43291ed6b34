import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import type { Certificate } from "./tls_certificates.ts";

export interface TlsFrontOptions {
  readonly certificate: Certificate;
  /** The port of a plaintext server on the loopback. */
  readonly to: number;
  /** The newest version offered; 1.3 by default. */
  readonly maxVersion?: tls.SecureVersion;
}

/** Takes TLS connections on a loopback port of its own and passes what they carry to a plaintext server. */
export class TlsFront implements AsyncDisposable {
  readonly port: number;
  readonly #server: tls.Server;
  readonly #sockets: ReadonlySet<net.Socket>;

  private constructor(server: tls.Server, options: { port: number; sockets: ReadonlySet<net.Socket> }) {
    this.#server = server;
    this.port = options.port;
    this.#sockets = options.sockets;
  }

  static async listen({ certificate, to, maxVersion = "TLSv1.3" }: TlsFrontOptions): Promise<TlsFront> {
    const sockets = new Set<net.Socket>();
    const server = tls.createServer({ ...certificate, maxVersion, ALPNProtocols: ["h2"] }, (outside) => {
      const inside = net.connect(to, "127.0.0.1");
      outside.pipe(inside).pipe(outside);
      for (const socket of [outside, inside]) {
        sockets.add(socket);
        // Without it a message waits for the acknowledgement of the one before.
        socket.setNoDelay(true);
        socket.on("error", () => {});
        socket.once("close", () => {
          sockets.delete(socket);
          outside.destroy();
          inside.destroy();
        });
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The front has no port");
    return new TlsFront(server, { port: address.port, sockets });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
