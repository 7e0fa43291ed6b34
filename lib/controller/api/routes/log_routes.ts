import { z } from "zod";
import type { Controller } from "../../controller.ts";
import type { LogName } from "../../logs/command_logs.ts";
import { NotFoundError } from "../../not_found_error.ts";
import { ApiError } from "../api_error.ts";
import { type ByteRange, byteRange } from "../../http/byte_range.ts";
import { nothing, type Route, route, type RouteRequest } from "../route.ts";
import { streamBody } from "../stream_body.ts";
import { requireTask } from "./require_task.ts";

const querySchema = z.strictObject({
  follow: z.enum(["0", "1"]).default("0").describe("1 sends what comes too, until the command has ended"),
  offset: z.coerce.number().int().min(0).default(0).describe("With follow=1: the first byte to send"),
});

/** What every answer says: a log is what a task printed, and no browser is to take it for anything else. */
const HEADERS = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };

/** The logs of commands. */
export function logRoutes(controller: Controller): Route[] {
  const text = { mediaType: "text/plain" };
  return [
    route({
      method: "GET",
      path: "/v1/task/{id}/logs/{command}.log",
      summary: "What a command printed, in the last try of its task",
      headers: { "Range": "One range of bytes, as in bytes=100-199, bytes=100- and bytes=-100" },
      query: querySchema,
      body: nothing,
      answers: { 200: { description: "The log", ...text }, 206: { description: "A part of it", ...text } },
      handle: (request) => sendLog(request, controller),
    }),
  ];
}

async function sendLog(
  { parameter, query, headers, closing }: RouteRequest<z.infer<typeof querySchema>, unknown>,
  controller: Controller,
): Promise<Response> {
  const log = { taskId: parameter("id"), command: parameter("command").replace(/\.log$/, "") };
  await requireCommand(log, controller);
  if (query.follow === "1") {
    const { offset } = query;
    const body = streamBody((signal) => controller.logs.follow(log, { offset, signal }), {
      closing,
      whenClosing: "break off",
    });
    return new Response(body, { headers: { ...HEADERS, "cache-control": "no-store, no-transform" } });
  }
  const { size } = await controller.logs.read(log, { offset: 0, length: 0 }) ?? { size: 0 };
  const range = byteRange(headers.get("range"), size);
  if (range === "unsatisfiable") {
    throw new ApiError(
      "range_not_satisfiable",
      `Reading the log: it has ${size} bytes; ask for some of those`,
      {
        headers: { "content-range": `bytes */${size}` },
      },
    );
  }
  const { start, end } = range ?? { start: 0, end: size };
  const part = streamBody(() => readPart(log, { start, end }, controller), {
    closing,
    whenClosing: "break off",
  });
  return new Response(part, {
    status: range ? 206 : 200,
    headers: {
      ...HEADERS,
      "accept-ranges": "bytes",
      "content-length": String(end - start),
      "cache-control": "no-cache, no-transform",
      ...range && { "content-range": `bytes ${start}-${end - 1}/${size}` },
    },
  });
}

/** Yields a part of a log, which is there. Rejects when the log was replaced by a shorter one meanwhile. */
async function* readPart(
  log: LogName,
  { start, end }: ByteRange,
  controller: Controller,
): AsyncGenerator<Uint8Array> {
  for (let offset = start; offset < end;) {
    const slice = await controller.logs.read(log, { offset, length: end - offset });
    if (!slice?.bytes.byteLength) throw new Error("Sending a log: it has become shorter meanwhile");
    offset += slice.bytes.byteLength;
    yield slice.bytes;
  }
}

async function requireCommand({ taskId, command }: LogName, controller: Controller): Promise<void> {
  const { commands } = await requireTask(taskId, controller);
  if (commands.some(({ name }) => name === command)) return;
  throw new NotFoundError(
    `Looking for the log of "${command}": task ${taskId} has no such command; GET /v1/tasks/ID lists them`,
  );
}
