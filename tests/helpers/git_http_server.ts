import type { Certificate } from "./tls_certificates.ts";
import { type TemporaryDirectory, temporaryDirectory } from "./temporary_directory.ts";

/** Where the answer of a CGI program goes from headers to content. */
const HEAD_END = new TextEncoder().encode("\r\n\r\n");

/** Serves the bare repositories in a folder of its own over HTTP, by git's own `git http-backend`. */
export class GitHttpServer implements AsyncDisposable {
  /** The folder of the repositories. */
  readonly root: string;
  /** Paths of the requests so far, with their queries. */
  readonly requests: string[] = [];
  /** The header `Authorization` that everybody has to show; nobody when undefined. */
  authorization: string | undefined;
  /** Answers the next requests with these statuses instead. */
  readonly failures: number[] = [];
  /** How much content was sent so far. */
  sentBytes = 0;
  /** Told of every request before it is answered. */
  onRequest: () => void = () => {};
  readonly #directory: TemporaryDirectory;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  readonly #scheme: "http" | "https";

  private constructor(directory: TemporaryDirectory, certificate: Certificate | undefined) {
    this.#directory = directory;
    this.root = directory.path;
    this.#scheme = certificate ? "https" : "http";
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, ...certificate, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  /** Over TLS with a certificate, which must be one for 127.0.0.1. */
  static async start(certificate?: Certificate): Promise<GitHttpServer> {
    return new GitHttpServer(await temporaryDirectory(), certificate);
  }

  /** The URL of a repository. */
  url(name: string): string {
    return `${this.#scheme}://127.0.0.1:${this.#server.addr.port}/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await this.#directory[Symbol.asyncDispose]();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    this.requests.push(pathname + search);
    this.onRequest();
    const body = new Uint8Array(await request.arrayBuffer());
    const failure = this.failures.shift();
    if (failure !== undefined) return new Response("out of order", { status: failure });
    if (this.authorization !== undefined && request.headers.get("authorization") !== this.authorization) {
      return new Response("who are you?", { status: 401, headers: { "www-authenticate": "Basic" } });
    }
    const child = new Deno.Command("git", {
      args: ["http-backend"],
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        GIT_PROJECT_ROOT: this.root,
        GIT_HTTP_EXPORT_ALL: "1",
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_PROTOCOL: request.headers.get("git-protocol") ?? "",
        HTTP_CONTENT_ENCODING: request.headers.get("content-encoding") ?? "",
        REQUEST_METHOD: request.method,
        PATH_INFO: decodeURIComponent(pathname),
        QUERY_STRING: search.slice(1),
        CONTENT_TYPE: request.headers.get("content-type") ?? "",
        CONTENT_LENGTH: String(body.length),
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const [{ stdout }] = await Promise.all([child.output(), ReadableStream.from([body]).pipeTo(child.stdin)]);
    this.sentBytes += stdout.length;
    return cgiResponse(stdout);
  }
}

function cgiResponse(output: Uint8Array<ArrayBuffer>): Response {
  const end = output.findIndex((_, index) => HEAD_END.every((byte, i) => output[index + i] === byte));
  const headers = new Headers();
  for (const line of new TextDecoder().decode(output.subarray(0, end)).split("\r\n")) {
    const [name = "", ...value] = line.split(": ");
    if (name !== "") headers.append(name, value.join(": "));
  }
  const status = parseInt(headers.get("status") ?? "200");
  headers.delete("status");
  return new Response(output.subarray(end + HEAD_END.length), { status, headers });
}
