import { type Api, type ApiOptions, createApi } from "../../../lib/controller/api/create_api.ts";
import type { Controller } from "../../../lib/controller/controller.ts";
import type { StartOptions } from "../../../lib/controller/start_options.ts";
import { silentLogger } from "../../../lib/logging/logger.ts";
import { startController } from "../running_controller.ts";

export const API_TOKEN = "api-token";

/** A controller and its HTTP API on a socket of the loopback. */
export interface RunningApi extends AsyncDisposable {
  readonly controller: Controller;
  readonly api: Api;
  readonly url: string;
  /** Asks with the right token, unless `init` says otherwise. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Posts JSON. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

export async function startApi(
  options: Partial<StartOptions> & { readonly api?: Partial<ApiOptions> } = {},
): Promise<RunningApi> {
  await using resources = new AsyncDisposableStack();
  const controller = resources.use(await startController(options));
  const api = createApi({
    controller,
    apiToken: API_TOKEN,
    version: "1.2.3",
    logger: silentLogger,
    ...options.api,
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, api.fetch);
  resources.defer(() => server.shutdown());
  resources.use(api);
  const url = `http://127.0.0.1:${server.addr.port}`;
  const ask = (path: string, init: RequestInit = {}) => {
    const headers = new Headers({ authorization: `Bearer ${API_TOKEN}` });
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
    return fetch(`${url}${path}`, { ...init, headers });
  };
  const owned = resources.move();
  return {
    controller,
    api,
    url,
    fetch: ask,
    post: (path, body = {}, headers = {}) =>
      ask(path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Reads an answer that must have this status. */
export async function answered<T>(
  schema: { parse(value: unknown): T },
  response: Response,
  status = 200,
): Promise<T> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`The answer is ${response.status}: ${text}`);
  return schema.parse(JSON.parse(text));
}
