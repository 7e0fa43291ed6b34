import { within } from "../async/within.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import { hostAndPort } from "../rpc/host_and_port.ts";
import { listenProblem } from "../rpc/listen_problem.ts";
import type { ServerCertificate } from "../rpc/server_certificate.ts";
import type { Logger } from "../logging/logger.ts";
import type { ListenAddress } from "../units/listen_address.ts";

export interface HttpServerOptions {
  readonly address: ListenAddress;
  /** HTTPS with one, plaintext without. */
  readonly certificate: ServerCertificate | undefined;
  readonly fetch: (request: Request) => Promise<Response>;
  /** What a caller gets where `fetch` has failed, and once the server closes. */
  readonly refusal: (why: "failed" | "closing") => Response;
  readonly logger: Logger;
}

/** An HTTP server. */
export class HttpServer implements AsyncDisposable {
  /** `http://host:port`, or `https://host:port` with a certificate. */
  readonly endpoint: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #cutOff = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  #closing = false;
  #ending = false;

  get port(): number {
    return this.#server.addr.port;
  }

  /** Starts to listen. Throws an `Error` that says why it cannot and what to do. */
  constructor({ address, certificate, fetch, refusal, logger }: HttpServerOptions) {
    const { hostname, port } = address;
    try {
      this.#server = Deno.serve({
        ...address,
        ...certificate,
        signal: this.#cutOff.signal,
        onListen: () => {},
        onError: (error) => {
          logger.error(`could not answer over HTTP: ${errorMessage(error)}`);
          return refusal("failed");
        },
      }, (request, { completed }) => {
        if (this.#closing) return refusal("closing");
        // A caller that broke off has ended too.
        const ended = completed.catch(() => {});
        this.#inFlight.add(ended);
        ended.finally(() => this.#inFlight.delete(ended));
        return fetch(request);
      });
    } catch (error) {
      throw new Error(`Could not listen on ${hostAndPort(hostname, port)}: ${listenProblem(error)}`, {
        cause: error,
      });
    }
    const { addr } = this.#server;
    this.endpoint = `${certificate ? "https" : "http"}://${hostAndPort(hostname, addr.port)}`;
  }

  /** Refuses requests, lets those in flight end for `graceMs`, then cuts them off and frees the port. Idempotent. */
  async close({ graceMs }: { readonly graceMs: number }): Promise<void> {
    this.#closing = true;
    const ended = await within(Promise.all(this.#inFlight), graceMs);
    if (!this.#ending) {
      this.#ending = true;
      // Shutting down cannot be cut short, as aborting after it throws in Deno 2.9.3, but the last answers get out.
      if (ended) void this.#server.shutdown();
      else this.#cutOff.abort();
    }
    await this.#server.finished;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ graceMs: 0 });
  }
}
