import { keepAbortable } from "../../async/keep_abortable.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { type ErrorBody, errorSchema } from "../../controller/api/schemas.ts";
import { trustedRoots } from "../../rpc/trusted_roots.ts";
import { ControllerError, UnreachableError } from "./controller_error.ts";

/** How long the controller may take to begin its answer, in milliseconds. */
const ANSWER_MS = 30_000;

/** Where a controller's HTTP API is, and what opens it. */
export interface ControllerAccess {
  /** `http://host:port` or `https://host:port`, without a path behind it. */
  readonly endpoint: string;
  readonly token: string;
  /** A PEM file of the certificate authorities to trust; see `trustedRoots` for the default. */
  readonly caFile?: string;
}

export interface HttpRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** With its query, the names in it encoded. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Gives up the request, and the reading of its answer. */
  readonly signal: AbortSignal;
}

/** Sends requests to a controller's HTTP API. Dispose it to close its connections. */
export class HttpCaller implements Disposable {
  readonly #access: ControllerAccess;
  readonly #client: Deno.HttpClient;

  private constructor(access: ControllerAccess, client: Deno.HttpClient) {
    this.#access = access;
    this.#client = client;
  }

  /** Rejects when the file of the certificate authorities cannot be read. */
  static async open(access: ControllerAccess): Promise<HttpCaller> {
    const encrypted = access.endpoint.startsWith("https:");
    const client = Deno.createHttpClient(encrypted ? { caCerts: await trustedRoots(access) } : {});
    return new HttpCaller(access, client);
  }

  get endpoint(): string {
    return this.#access.endpoint;
  }

  /**
   * Resolves with an answer that is no error, once it has begun. Rejects with a `ControllerError` that the controller
   * answered, with an `UnreachableError` when there was no answer, and with the signal's reason.
   */
  async send(request: HttpRequest): Promise<Response> {
    const { method, path, body, headers, signal } = request;
    signal.throwIfAborted();
    const begun = new AbortController();
    const timer = setTimeout(
      () => begun.abort(new Error(`it did not answer within ${ANSWER_MS / 1_000} s`)),
      ANSWER_MS,
    );
    let response: Response;
    try {
      response = await fetch(new URL(path, this.endpoint), {
        method,
        headers: {
          authorization: `Bearer ${this.#access.token}`,
          ...body !== undefined && { "content-type": "application/json" },
          ...headers,
        },
        ...body !== undefined && { body: JSON.stringify(body) },
        signal: AbortSignal.any([signal, begun.signal]),
        client: this.#client,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw this.#unreachable(error);
    } finally {
      clearTimeout(timer);
    }
    if (response.ok) return keepAbortable(response);
    throw await this.#refusal(response);
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }

  #unreachable(cause: unknown): UnreachableError {
    return new UnreachableError(
      `Cannot reach the controller at ${this.endpoint}: ${whyUnreached(cause)}; ` +
        'is it running ("cirrus controller run"), and is this the address of its --http-listen?',
      { cause },
    );
  }

  async #refusal(response: Response): Promise<Error> {
    const text = await response.text().catch(() => "");
    const error = parseError(text);
    if (error === undefined) {
      return new UnreachableError(
        `Cannot use the controller at ${this.endpoint}: it answered ${response.status}, and not as a controller does; ` +
          "give the address of its --http-listen",
      );
    }
    const { code, message, diagnostics = [] } = error;
    if (code === "unavailable" || code === "internal") return new UnreachableError(message);
    if (code !== "unauthorized") return new ControllerError(message, { code, diagnostics });
    return new ControllerError(
      `The controller at ${this.endpoint} does not know this token: ` +
        "give its API token by --api-token-file or CIRRUS_API_TOKEN",
      { code },
    );
  }
}

/** What a failed `fetch` says itself is only that, and the address once more. */
function rootOf(error: unknown): unknown {
  return error instanceof TypeError && error.cause !== undefined ? rootOf(error.cause) : error;
}

/** The cause without what the message says anyway: that this was a request, and where to. */
function whyUnreached(cause: unknown): string {
  const why = errorMessage(rootOf(cause))
    .replace(/^error sending request (?:from \S+ )?for (?:url )?\S+(?: \([^)]*\))?: /, "")
    .replace(/^client error \(\w+\): /, "");
  // What a TLS client makes of a server in plaintext, and a client in plaintext of a TLS server.
  if (why.includes("InvalidContentType")) return "it speaks no TLS: write http://";
  if (why.includes("UnknownIssuer")) {
    return "its certificate is not trusted: name the authority that signed it, or itself, by --ca-file";
  }
  if (why.includes("CaUsedAsEndEntity")) {
    return "its certificate is one of an authority: make it with basicConstraints CA:FALSE";
  }
  if (/unexpected message|invalid HTTP/.test(why)) return "it does not answer as an HTTP server does";
  return why;
}

function parseError(text: string): ErrorBody["error"] | undefined {
  try {
    return errorSchema.parse(JSON.parse(text)).error;
  } catch {
    return undefined;
  }
}
