import type { Controller } from "../../controller/controller.ts";
import { createApi } from "../../controller/api/create_api.ts";
import type { Logger } from "../../logging/logger.ts";
import type { ServerCertificate } from "../../rpc/server_certificate.ts";
import { VERSION } from "../version.ts";
import { HttpServer } from "../http_server.ts";
import { apiRefusal } from "./api_refusal.ts";
import type { ListenAddress } from "../../units/listen_address.ts";

export interface ServeOptions {
  readonly httpListen: ListenAddress;
  /** The origin under which workers reach that, where it is another one than they could tell. */
  readonly publicHttpUrl?: string | undefined;
  readonly certificate: ServerCertificate | undefined;
  readonly apiToken: string;
  readonly logger: Logger;
}

/** A controller with its HTTP API and the files of its tasks, which end before it does. */
export class ServedController implements AsyncDisposable {
  readonly #controller: Controller;
  readonly #api: Disposable;
  readonly #http: HttpServer;

  /** Serves the API of a controller, which is its own from now on. Throws an `Error` when it cannot listen. */
  constructor(controller: Controller, options: ServeOptions) {
    const { httpListen, publicHttpUrl, apiToken, certificate, logger } = options;
    this.#controller = controller;
    const api = createApi({ controller, apiToken, version: VERSION, logger });
    this.#api = api;
    const { blobs } = controller;
    this.#http = new HttpServer({
      address: httpListen,
      certificate,
      // Agents come with a signed URL, not with the API's token.
      fetch: (request) => blobs.serves(request) ? blobs.fetch(request) : api.fetch(request),
      refusal: apiRefusal,
      logger,
    });
    blobs.address = publicHttpUrl === undefined
      ? { port: this.#http.port, encrypted: certificate !== undefined }
      : { origin: publicHttpUrl };
  }

  /** Where the HTTP API is: `http://host:port` or `https://host:port`. */
  get httpEndpoint(): string {
    return this.#http.endpoint;
  }

  /**
   * Gives out no more tasks, lets requests and calls end for `graceMs` each, and closes. Another call may shorten the
   * grace.
   */
  async close({ graceMs }: { readonly graceMs: number }): Promise<void> {
    this.#controller.stopGiving();
    this.#api[Symbol.dispose]();
    await this.#http.close({ graceMs });
    await this.#controller.close({ graceMs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ graceMs: 0 });
  }
}
