import { type Implementation, RpcServer } from "../../lib/rpc/server.ts";

/** A real gRPC server on the loopback, which a test stops and lets listen again on the same port. */
export abstract class RestartableServer implements AsyncDisposable {
  #server: RpcServer | undefined;
  #port = 0;

  /** What it serves. */
  protected abstract get services(): readonly Implementation[];

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens: on a free port at first, after `stop` on the same one. */
  async listen(): Promise<void> {
    this.#server = await RpcServer.listen({
      hostname: "127.0.0.1",
      port: this.#port,
      services: this.services,
    });
    this.#port = this.#server.port;
  }

  /** Cuts off every connection, as a killed server does. */
  async stop(): Promise<void> {
    await this.#server?.close({ graceMs: 0 });
    this.#server = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
