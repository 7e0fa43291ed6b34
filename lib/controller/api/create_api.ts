import { type Context, Hono } from "hono";
import { AbortReason } from "../../async/abort_reason.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import type { Controller } from "../controller.ts";
import { ApiError, errorResponse, toApiError } from "./api_error.ts";
import { authorizer } from "./authorize.ts";
import { HttpMetrics } from "./http_metrics.ts";
import { openApi } from "./open_api.ts";
import { readBody } from "./read_body.ts";
import { nothing, type Route, route } from "./route.ts";
import { artifactRoutes } from "./routes/artifact_routes.ts";
import { buildRoutes } from "./routes/build_routes.ts";
import { eventRoutes } from "./routes/event_routes.ts";
import { healthRoutes } from "./routes/health_routes.ts";
import { logRoutes } from "./routes/log_routes.ts";
import { taskRoutes } from "./routes/task_routes.ts";
import { workerRoutes } from "./routes/worker_routes.ts";

export interface ApiOptions {
  readonly controller: Controller;
  /** Who sends it may do everything. */
  readonly apiToken: string;
  /** Of this program, for the OpenAPI document. */
  readonly version: string;
  /** How long a stream of events says nothing at most, in milliseconds; 15,000 by default. */
  readonly keepaliveMs?: number;
  /** How long the body of a request may take to arrive, in milliseconds; 60,000 by default. */
  readonly bodyTimeoutMs?: number;
  readonly logger: Logger;
}

/** The HTTP API of a controller. Disposing of it ends the streams that it has open; what it is asked then fails. */
export interface Api extends Disposable {
  /** Answers a request; for `Deno.serve`. */
  fetch(request: Request): Promise<Response>;
}

/** Makes the HTTP API of a controller. Throws an `Error` when the token is empty. */
export function createApi(options: ApiOptions): Api {
  const closing = new AbortController();
  const http = new HttpMetrics();
  const routes = allRoutes(options, http);
  const app = new Hono<Environment>();
  const authorize = authorizer(options.apiToken);
  const open = new Set(routes.filter(({ open }) => open).map(({ path }) => path));
  app.use(async (context, next) => {
    const startedAt = performance.now();
    await next();
    const seconds = (performance.now() - startedAt) / 1_000;
    http.answered(context.get("route"), { status: context.res.status, seconds });
  });
  app.use(async ({ req }, next) => {
    if (!open.has(req.path)) authorize(req.raw.headers);
    await next();
  });
  const { bodyTimeoutMs = 60_000 } = options;
  for (const route of routes) {
    app.on(route.method, honoPath(route), serve(route, { closing: closing.signal, bodyTimeoutMs }));
  }
  for (const [path, ofPath] of Map.groupBy(routes, honoPath)) {
    const allow = ofPath.map(({ method }) => method).join(", ");
    app.all(path, ({ req }) => {
      const message = `Looking for ${req.method} ${req.path}: the methods here are ${allow}`;
      return errorResponse(new ApiError("method_not_allowed", message, { headers: { allow } }));
    });
  }
  app.notFound(({ req }) =>
    errorResponse(
      new ApiError("not_found", `Looking for ${req.path}: there is no such path; see /v1/openapi.json`),
    )
  );
  app.onError((error, { req }) => errorResponse(toApiError(error) ?? unforeseen(error, req.path, options)));
  return {
    fetch: async (request) => await app.fetch(request),
    [Symbol.dispose]: () => closing.abort(new AbortReason("shutdown", "The controller ends")),
  };
}

/** What is known of a request on its way. */
interface Environment {
  readonly Variables: { route?: Route };
}

function allRoutes({ controller, version, keepaliveMs = 15_000 }: ApiOptions, http: HttpMetrics): Route[] {
  const routes: Route[] = [
    ...buildRoutes(controller),
    ...eventRoutes(controller, { keepaliveMs }),
    ...taskRoutes(controller),
    ...logRoutes(controller),
    ...artifactRoutes(controller),
    ...workerRoutes(controller),
    ...healthRoutes(controller, http),
    route({
      method: "GET",
      path: "/v1/openapi.json",
      summary: "This document",
      query: nothing,
      body: nothing,
      answers: { 200: { description: "An OpenAPI document", mediaType: "application/json" } },
      handle: () => Response.json(openApi(routes, { version })),
    }),
  ];
  return routes;
}

/** `/v1/builds/:id`. A parameter may be anything once it is decoded; what the path has behind it stays with it. */
function honoPath({ path }: Route): string {
  return path.replaceAll(/\{(\+?)(\w+)\}(\.\w+)?/g, (_, rest: string, name: string, suffix?: string) => {
    if (rest !== "") return `:${name}{[^]+}`;
    return suffix === undefined ? `:${name}` : `:${name}{[^/]+\\${suffix}}`;
  });
}

function serve(
  route: Route,
  { closing, bodyTimeoutMs }: { readonly closing: AbortSignal; readonly bodyTimeoutMs: number },
) {
  return async (context: Context<Environment>): Promise<Response> => {
    const { req } = context;
    context.set("route", route);
    closing.throwIfAborted();
    const response = await route.handle({
      parameter: (name) => req.param(name) ?? "",
      query: req.query(),
      body: route.method === "POST" ? await readBody(req.raw, { timeoutMs: bodyTimeoutMs }) : {},
      headers: req.raw.headers,
      closing,
    });
    if (req.method !== "HEAD") return response;
    await response.body?.cancel();
    return new Response(null, response);
  };
}

function unforeseen(error: Error, path: string, { logger }: ApiOptions): ApiError {
  if (error instanceof AbortReason) {
    return new ApiError("unavailable", `Answering ${path}: ${error.message}; ask again later`);
  }
  logger.error(`could not answer ${path}: ${errorMessage(error)}`);
  return new ApiError(
    "internal",
    `Answering ${path}: something went wrong here; the controller's log says what`,
  );
}
