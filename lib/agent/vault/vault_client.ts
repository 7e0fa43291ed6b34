import { z } from "zod";
import { Backoff } from "../../async/backoff.ts";
import { delay } from "../../async/delay.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { StallWatch } from "../logs/stall_watch.ts";
import type { TrustingFetch } from "../trusting_fetch.ts";

/** How often a request is made that a server in trouble did not answer, as often as Vault's own client does. */
const ATTEMPTS = 3;

/** How many times a request is sent on: a standby of a cluster names the one that is active. */
const MAX_REDIRECTS = 3;

const ERRORS = z.object({ errors: z.array(z.string()) });
const SECRET = z.object({ data: z.record(z.string(), z.unknown()).nullish() });
const LOGIN = z.object({ auth: z.object({ client_token: z.string() }) });

/** A server of HashiCorp Vault, and how to be let in. */
export interface VaultOptions {
  readonly url: string;
  readonly namespace?: string | undefined;
  readonly login: VaultLogin;
  readonly web: TrustingFetch;
  /** How long one answer may take, in milliseconds. */
  readonly answerMs: number;
  /** The first wait before a request is made again, in milliseconds. */
  readonly retryMs: number;
  readonly signal: AbortSignal;
}

/** How a client is let in. */
export type VaultLogin =
  | { readonly kind: "token"; readonly token: string }
  /** The JWT is changed for a token at an auth method that is mounted at `path`. */
  | { readonly kind: "jwt"; readonly jwt: string; readonly path: string; readonly role: string | undefined }
  /** As a Vault Proxy lets in, which adds a token of its own. */
  | { readonly kind: "none" };

interface VaultRequest {
  readonly method: "GET" | "PUT";
  /** Below `/v1/`. */
  readonly path: string;
  readonly parameters?: readonly (readonly [string, string])[];
  readonly body?: unknown;
}

/** Reads secrets of one HashiCorp Vault over its HTTP API (developer.hashicorp.com/vault/api-docs). */
export class VaultClient {
  readonly #options: VaultOptions;
  #token: string | undefined;

  private constructor(options: VaultOptions) {
    this.#options = options;
    this.#token = options.login.kind === "token" ? options.login.token : undefined;
  }

  /** Logs in where a login is needed. Rejects with an `Error` that says what to do, or the signal's reason. */
  static async open(options: VaultOptions): Promise<VaultClient> {
    const { url, login } = options;
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new Error("CIRRUS_VAULT_URL must be a URL such as https://vault.example.com:8200");
    }
    const client = new VaultClient(options);
    if (login.kind === "jwt") await client.#logIn(login);
    return client;
  }

  /** The data of a secret. Rejects with an `Error` when there is none or it may not be read, or the signal's reason. */
  async read(
    path: string,
    parameters: VaultRequest["parameters"],
  ): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.#request({ method: "GET", path, ...(parameters ? { parameters } : {}) });
    const { data } = read(SECRET, answer);
    if (!data) throw new Error("the secret has no data");
    return data;
  }

  async #logIn({ jwt, path, role }: Extract<VaultLogin, { kind: "jwt" }>): Promise<void> {
    try {
      const answer = await this.#request({
        method: "PUT",
        path: `auth/${path}/login`,
        body: role === undefined ? { jwt } : { jwt, role },
      });
      this.#token = read(LOGIN, answer).auth.client_token;
    } catch (error) {
      this.#options.signal.throwIfAborted();
      throw new Error(
        `Logging in at auth/${path} with CIRRUS_OIDC_TOKEN: ${errorMessage(error)}; ` +
          "check CIRRUS_VAULT_ROLE and CIRRUS_VAULT_AUTH_PATH",
        { cause: error },
      );
    }
  }

  async #request(request: VaultRequest): Promise<unknown> {
    const backoff = new Backoff({ initialMs: this.#options.retryMs });
    for (let attempt = 1;; attempt++) {
      const outcome = await this.#try(request);
      if (outcome.kind === "answered") return outcome.body;
      if (outcome.kind === "refused" || attempt === ATTEMPTS) throw new Error(outcome.problem);
      await delay(backoff.next(), { signal: this.#options.signal });
    }
  }

  async #try(request: VaultRequest): Promise<Outcome> {
    const { answerMs, signal } = this.#options;
    using watch = new StallWatch("waiting for Vault", answerMs);
    try {
      const response = await this.#send(
        this.#urlOf(request),
        request,
        AbortSignal.any([signal, watch.signal]),
      );
      return await this.#outcomeOf(response);
    } catch (error) {
      signal.throwIfAborted();
      return { kind: "unavailable", problem: errorMessage(error) };
    }
  }

  async #send(url: URL, request: VaultRequest, signal: AbortSignal): Promise<Response> {
    for (let redirects = 0;; redirects++) {
      const response = await this.#options.web.fetch(url.href, {
        method: request.method,
        headers: this.#headers(),
        redirect: "manual",
        signal,
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
      const location = response.headers.get("location");
      if (![301, 302, 307, 308].includes(response.status) || location === null) return response;
      await response.body?.cancel();
      const next = new URL(location, url);
      // The token goes along.
      if (url.protocol === "https:" && next.protocol !== "https:") {
        throw new Error("the server sends on to a place without encryption");
      }
      if (redirects === MAX_REDIRECTS) throw new Error("the server sends on and on");
      url = next;
    }
  }

  #headers(): Record<string, string> {
    const { namespace } = this.#options;
    return {
      // Agents and proxies of Vault can be told to answer nothing else.
      "x-vault-request": "true",
      ...(namespace ? { "x-vault-namespace": namespace } : {}),
      ...(this.#token ? { "x-vault-token": this.#token } : {}),
    };
  }

  #urlOf({ path, parameters = [] }: VaultRequest): URL {
    const url = new URL(this.#options.url);
    url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/${path.replace(/^\/+/, "")}`;
    for (const [name, value] of parameters) url.searchParams.append(name, value);
    return url;
  }

  async #outcomeOf(response: Response): Promise<Outcome> {
    const text = await response.text();
    if (response.ok) return { kind: "answered", body: parsed(text) };
    const errors = ERRORS.safeParse(parsed(text)).data?.errors ?? [];
    const said = errors.map((error) => error.trim().replace(/\s+/g, " ")).join(", ");
    if (response.status === 404 && said === "") {
      return { kind: "refused", problem: "there is no such secret" };
    }
    const stranger = this.#options.login.kind === "none" && [400, 403].includes(response.status);
    const problem = `the server answers ${response.status}${said && `: ${said}`}` +
      (stranger ? "; set CIRRUS_VAULT_TOKEN or CIRRUS_OIDC_TOKEN" : "");
    // 412: a standby has not seen yet what the client has; 501: a server that is not initialized stays so.
    const mayPass = response.status === 412 || (response.status >= 500 && response.status !== 501);
    return { kind: mayPass ? "unavailable" : "refused", problem };
  }
}

type Outcome =
  | { readonly kind: "answered"; readonly body: unknown }
  /** The same request may be answered later. */
  | { readonly kind: "unavailable"; readonly problem: string }
  | { readonly kind: "refused"; readonly problem: string };

/** Undefined for what is no JSON: what a proxy between says. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is wrong with an answer that holds secrets is said without it. */
function read<T>(schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer);
  if (!result.success) throw new Error("the answer is none of HashiCorp Vault's; check CIRRUS_VAULT_URL");
  return result.data;
}
