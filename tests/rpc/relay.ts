import { once } from "node:events";
import net from "node:net";

/** What a relay does with what it is to pass on. */
type Link =
  | "whole"
  /** New connections break at once. */
  | "down"
  /** Bytes wait here, in both directions. */
  | "frozen"
  /** What the server answers is thrown away. */
  | "deaf";

/** Passes connections on to a server, counts what callers send and can harm the link in many ways. */
export class Relay implements AsyncDisposable {
  /** Where callers connect. */
  readonly endpoint: string;
  /** What callers sent so far. */
  bytesSent = 0;
  /** How many connections callers made so far. */
  connections = 0;
  #link: Link = "whole";
  readonly #server: net.Server;
  /** Each caller's socket with the one to the server. */
  readonly #pairs = new Map<net.Socket, net.Socket>();

  private constructor(server: net.Server, options: { port: number; to: number }) {
    this.#server = server;
    this.endpoint = `http://127.0.0.1:${options.port}`;
    server.on("connection", (outside) => this.#pass(outside, options.to));
  }

  static async listen(options: { readonly to: number }): Promise<Relay> {
    const server = net.createServer({ allowHalfOpen: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The relay has no port");
    return new Relay(server, { port: address.port, to: options.to });
  }

  /** Breaks every connection, as a lost network does. */
  cut(): void {
    for (const sockets of this.#pairs) for (const socket of sockets) socket.destroy();
  }

  /** Breaks every connection and each new one, until `restore`. */
  takeDown(): void {
    this.#link = "down";
    this.cut();
  }

  /** Passes nothing on any more while the connections stay, as when a machine is lost without a word. */
  freeze(): void {
    this.#link = "frozen";
    for (const [outside, inside] of this.#pairs) {
      for (const socket of [outside, inside]) {
        socket.unpipe();
        socket.pause();
      }
    }
  }

  /** Throws away what the server answers from now on, until `restore`; the server does not notice. */
  dropAnswers(): void {
    this.#link = "deaf";
    for (const [outside, inside] of this.#pairs) {
      inside.unpipe(outside);
      inside.resume();
    }
  }

  /** Closes one direction of every connection: to the callers, the server says no more; it still hears them. */
  halfClose(): void {
    for (const [outside, inside] of this.#pairs) {
      inside.unpipe(outside);
      inside.resume();
      outside.end();
    }
  }

  /** Passes everything on again; what waited here arrives late, what was thrown away never does. */
  restore(): void {
    const frozen = this.#link === "frozen";
    this.#link = "whole";
    if (frozen) { for (const [outside, inside] of this.#pairs) outside.pipe(inside).pipe(outside); }
    else this.cut();
  }

  /**
   * Tells every caller to go, as a server that ends does; to be used while answers are short, so that the
   * frame falls between others. With last stream 0, a peer must look at all the streams it has.
   */
  goAway(): void {
    const frame = Uint8Array.of(0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    for (const socket of this.#pairs.keys()) socket.write(frame);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.takeDown();
    await closed;
  }

  #pass(outside: net.Socket, to: number): void {
    this.connections++;
    if (this.#link === "down") return void outside.destroy();
    const inside = net.connect({ port: to, host: "127.0.0.1", allowHalfOpen: true });
    this.#pairs.set(outside, inside);
    outside.on("data", (data) => this.bytesSent += data.length);
    if (this.#link === "frozen") outside.pause();
    else {
      outside.pipe(inside);
      if (this.#link === "whole") inside.pipe(outside);
      else inside.resume();
    }
    for (const socket of [outside, inside]) {
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.once("close", () => {
        this.#pairs.delete(outside);
        outside.destroy();
        inside.destroy();
      });
    }
  }
}
