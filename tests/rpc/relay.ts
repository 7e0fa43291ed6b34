import { once } from "node:events";
import net from "node:net";

/** Passes connections on to a server, counts what callers send and can cut the connections. */
export class Relay implements AsyncDisposable {
  /** Where callers connect. */
  readonly endpoint: string;
  /** What callers sent so far. */
  bytesSent = 0;
  /** How many connections callers made so far. */
  connections = 0;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  readonly #callers = new Set<net.Socket>();

  private constructor(server: net.Server, options: { port: number; to: number }) {
    this.#server = server;
    this.endpoint = `http://127.0.0.1:${options.port}`;
    server.on("connection", (outside) => this.#pass(outside, options.to));
  }

  static async listen(options: { readonly to: number }): Promise<Relay> {
    const server = net.createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The relay has no port");
    return new Relay(server, { port: address.port, to: options.to });
  }

  /** Breaks every connection, as a lost network does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Passes nothing on any more while the connections stay, as when a machine is lost without a word. */
  freeze(): void {
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.pause();
    }
  }

  /**
   * Tells every caller to go, as a server that ends does; to be used while answers are short, so that the
   * frame falls between others. With last stream 0, a peer must look at all the streams it has.
   */
  goAway(): void {
    const frame = Uint8Array.of(0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    for (const socket of this.#callers) socket.write(frame);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }

  #pass(outside: net.Socket, to: number): void {
    const inside = net.connect(to, "127.0.0.1");
    this.#callers.add(outside);
    this.connections++;
    outside.on("data", (data) => this.bytesSent += data.length);
    outside.pipe(inside).pipe(outside);
    for (const socket of [outside, inside]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.once("close", () => {
        this.#sockets.delete(socket);
        this.#callers.delete(outside);
        outside.destroy();
        inside.destroy();
      });
    }
  }
}
