/** One request that arrived. */
export interface VaultCall {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly namespace: string | null;
  readonly token: string | null;
}

/**
 * A server that answers as HashiCorp Vault does (developer.hashicorp.com/vault/api-docs): version 2 of the key-value
 * engine at `secret/`, one-time codes at `totp/code/`, and a JWT auth method at `auth/jwt/` or where it is mounted. It
 * refuses what Vault refuses: no or a wrong token, an unknown namespace, a path that no engine serves, a wrong login.
 */
export class FakeVault implements AsyncDisposable {
  readonly token = "hvs.token-of-the-task";
  readonly jwt = "jwt-of-the-task";
  readonly role = "builds";
  /** Where the JWT auth method is. */
  authPath = "jwt";
  /** The namespace that all requests have to name. */
  namespace: string | undefined;
  /** The data of the key-value engine, by path. */
  readonly secrets = new Map<string, Record<string, unknown>>();
  readonly calls: VaultCall[] = [];
  /** Answers in place of the server; undefined lets it answer. */
  misbehave: (request: Request) => Response | Promise<Response> | undefined = () => undefined;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #codes = 0;

  constructor(certificate?: { cert: string; key: string }) {
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    const answer = (request: Request) => this.#answer(request);
    this.#server = certificate
      ? Deno.serve({ ...options, ...certificate }, answer)
      : Deno.serve(options, answer);
  }

  get port(): number {
    return this.#server.addr.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const header = (name: string) => request.headers.get(name);
    const path = decodeURIComponent(pathname.replace("/v1/", ""));
    const token = header("x-vault-token");
    const namespace = header("x-vault-namespace");
    this.calls.push({ method: request.method, path, query: search, namespace, token });
    const body = await request.text();
    const odd = await this.misbehave(request);
    if (odd) return odd;
    if (!pathname.startsWith("/v1/") || this.namespace !== (namespace ?? undefined)) return refusal(404);
    if (path === `auth/${this.authPath}/login` && request.method === "PUT") return this.#logIn(body);
    if (token === null) return refusal(400, "missing client token");
    if (token !== this.token) {
      return refusal(403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n");
    }
    if (request.method !== "GET") return refusal(405, "unsupported operation");
    if (path.startsWith("totp/code/")) return secret({ code: `code-${++this.#codes}` });
    if (!path.startsWith("secret/data/")) {
      return refusal(404, `no handler for route "${path}". route entry not found.`);
    }
    const data = this.secrets.get(path.replace("secret/data/", ""));
    return data ? secret({ data, metadata: { version: 1 } }) : refusal(404);
  }

  #logIn(body: string): Response {
    const { jwt, role } = JSON.parse(body);
    if (role !== undefined && role !== this.role) return refusal(400, `role "${role}" could not be found`);
    if (jwt !== this.jwt) return refusal(400, "error validating token: invalid signature");
    return Response.json({ auth: { client_token: this.token, lease_duration: 3600 } });
  }
}

function secret(data: Record<string, unknown>): Response {
  return Response.json({ request_id: crypto.randomUUID(), lease_id: "", renewable: false, data });
}

function refusal(status: number, ...errors: string[]): Response {
  return Response.json({ errors }, { status });
}
