import { z } from "zod";

/** What a route is asked. */
export interface RouteRequest<Query, Body> {
  /** A part of the path, decoded, by its name there. */
  readonly parameter: (name: string) => string;
  readonly query: Query;
  readonly body: Body;
  readonly headers: Headers;
  /** Aborts when the API closes. */
  readonly closing: AbortSignal;
}

/** One answer of a route. */
export interface Answer {
  readonly description: string;
  /** Of a body in JSON. */
  readonly schema?: z.ZodType;
  /** Of a body that is not in JSON. */
  readonly mediaType?: string;
  /** Of one item of such a body, where that is in JSON. */
  readonly itemSchema?: z.ZodType;
}

/** What a route is, for those who call it. */
export interface RouteDescription {
  readonly method: "GET" | "POST" | "DELETE";
  /** As OpenAPI writes it: `/v1/builds/{id}`. In `{+path}`, which ends a path, there may be slashes (RFC 6570). */
  readonly path: string;
  readonly summary: string;
  /** Needs no token. */
  readonly open?: boolean;
  /** Headers of the request, with what they are for. */
  readonly headers?: Readonly<Record<string, string>>;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
}

export interface RouteDefinition<Query, Body> extends RouteDescription {
  readonly query: z.ZodType<Query>;
  /** Of a body in JSON, which is `{}` when there is none. */
  readonly body: z.ZodType<Body>;
  readonly handle: (request: RouteRequest<Query, Body>) => Response | Promise<Response>;
}

/** For routes that take none. */
export const nothing = z.strictObject({});

/** One path and method of the API. The server and the OpenAPI document are both made of these. */
export interface Route extends RouteDescription {
  readonly query: z.ZodType;
  readonly body: z.ZodType;
  /** As `RouteDefinition.handle`, for a query and a body that were not checked yet. */
  readonly handle: (request: RouteRequest<unknown, unknown>) => Promise<Response>;
}

/** Makes a route that checks what it is asked. It rejects with a `z.ZodError` for what does not fit. */
export function route<Query, Body>(definition: RouteDefinition<Query, Body>): Route {
  return {
    ...definition,
    handle: async (request) => {
      const query = definition.query.parse(request.query);
      const body = definition.body.parse(request.body);
      return await definition.handle({ ...request, query, body });
    },
  };
}
