import { AbortReason } from "../../../async/abort_reason.ts";
import type { Controller } from "../../controller.ts";
import { ApiError } from "../api_error.ts";
import { eventStream } from "../event_stream.ts";
import { nothing, type Route, route, type RouteRequest } from "../route.ts";
import { buildEventSchema } from "../schemas.ts";
import { streamBody } from "../stream_body.ts";
import { requireBuild } from "./require_build.ts";

/** What happens to builds, as it happens. */
export function eventRoutes(controller: Controller, options: { readonly keepaliveMs: number }): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/builds/{id}/events",
      summary: "What happened to a build, then what happens, until it has ended",
      headers: { "Last-Event-ID": "The id of the last event that was seen; the stream goes on after it" },
      query: nothing,
      body: nothing,
      answers: {
        200: {
          description: "Server-sent events, each named after its kind",
          mediaType: "text/event-stream",
          itemSchema: buildEventSchema,
        },
        204: { description: "The build has ended and the last event was seen: do not come back" },
      },
      handle: (request) => watch(request, controller, options),
    }),
  ];
}

async function watch(
  { parameter, headers, closing }: RouteRequest<unknown, unknown>,
  controller: Controller,
  options: { readonly keepaliveMs: number },
): Promise<Response> {
  const id = parameter("id");
  const build = await requireBuild(id, controller);
  const after = lastEventId(headers);
  if (build.status !== "executing" && !await hasEventsAfter(after, id, controller)) {
    return new Response(null, { status: 204 });
  }
  const body = streamBody(
    (signal) => eventStream(controller.builds.watch(id, { signal, after }), options),
    { closing, whenClosing: "end" },
  );
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store, no-transform" },
  });
}

async function hasEventsAfter(after: number, id: string, controller: Controller): Promise<boolean> {
  const peeked = new AbortController();
  const events = controller.builds.watch(id, { signal: peeked.signal, after });
  try {
    return !(await events.next()).done;
  } finally {
    peeked.abort(new AbortReason("finished", "The first event is known"));
    await events.return(undefined);
  }
}

function lastEventId(headers: Headers): number {
  const id = headers.get("last-event-id") ?? "";
  if (/^[0-9]{0,15}$/.test(id)) return Number(id);
  throw new ApiError(
    "invalid_request",
    "Reading the Last-Event-ID: it is none of an event that was sent here",
  );
}
