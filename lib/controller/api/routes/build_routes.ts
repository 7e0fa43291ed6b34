import { z } from "zod";
import { readSubmission } from "../../builds/submission.ts";
import type { Controller } from "../../controller.ts";
import { ApiError } from "../api_error.ts";
import { buildBody, buildSummaryBody } from "../bodies/build_body.ts";
import { unfitWarnings } from "../bodies/unfit_warnings.ts";
import { diagnosticBody } from "../bodies/diagnostic_body.ts";
import { nothing, type Route, route, type RouteRequest } from "../route.ts";
import {
  type BuildBody,
  type BuildPageBody,
  buildPageSchema,
  buildSchema,
  cancellationSchema,
  type CreatedBuildBody,
  createdBuildSchema,
  type NewBuildBody,
  newBuildSchema,
} from "../schemas.ts";
import { noBuild } from "./require_build.ts";

const pageSchema = z.strictObject({
  cursor: z.string().regex(/^[0-9]{1,19}$/, "is none; take nextCursor of the page before").optional()
    .describe("The nextCursor of the page before; the first page when absent"),
  limit: z.coerce.number().int().min(1).max(500).default(50).describe("How many builds a page has at most"),
});

/** Builds: making, listing, reading and cancelling them. */
export function buildRoutes(controller: Controller): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/builds",
      summary: "Makes a build of a .cirrus.yml and schedules its tasks",
      headers: { "Idempotency-Key": "Requests with the same key, of up to 255 characters, make one build" },
      query: nothing,
      body: newBuildSchema,
      answers: {
        201: { description: "The build, with warnings about the file", schema: createdBuildSchema },
      },
      handle: (request) => createBuild(request, controller),
    }),
    route({
      method: "GET",
      path: "/v1/builds",
      summary: "Lists builds, the last one first",
      query: pageSchema,
      body: nothing,
      answers: { 200: { description: "A page of builds", schema: buildPageSchema } },
      handle: async ({ query: { cursor, limit } }) => {
        const page = { ...cursor !== undefined && { before: cursor }, limit };
        const builds = await controller.builds.list(page);
        const nextCursor = builds.length < limit ? undefined : builds.at(-1)?.id;
        const body = { builds: builds.map(buildSummaryBody), ...nextCursor && { nextCursor } };
        return Response.json(body satisfies BuildPageBody);
      },
    }),
    route({
      method: "GET",
      path: "/v1/builds/{id}",
      summary: "A build and its tasks",
      query: nothing,
      body: nothing,
      answers: { 200: { description: "The build", schema: buildSchema } },
      handle: async ({ parameter }) => Response.json(await wholeBuild(parameter("id"), controller)),
    }),
    route({
      method: "POST",
      path: "/v1/builds/{id}/cancel",
      summary: "Aborts what of a build has not ended; for one that has ended, nothing changes",
      query: nothing,
      body: cancellationSchema,
      answers: { 200: { description: "The build", schema: buildSchema } },
      handle: async ({ parameter, body }) => {
        await controller.builds.cancel(parameter("id"), body.reason ?? "Cancelled over the HTTP API");
        return Response.json(await wholeBuild(parameter("id"), controller));
      },
    }),
  ];
}

async function wholeBuild(id: string, controller: Controller): Promise<BuildBody> {
  const build = await controller.builds.find(id);
  if (build) return buildBody(build);
  throw noBuild(id);
}

async function createBuild(
  { body, headers }: RouteRequest<unknown, NewBuildBody>,
  controller: Controller,
): Promise<Response> {
  const { definition, tasks, environment = {}, secretsToMask = [], affectedFiles = [], repository = {} } =
    body;
  const { build, warnings } = await readSubmission({
    files: body.files ?? {},
    definition,
    path: body.path ?? ".cirrus.yml",
    tasks,
    environment: new Map(Object.entries(environment)),
    secretsToMask,
    affectedFiles,
    repository,
    idempotencyKey: idempotencyKeyOf(headers),
  });
  const record = await controller.builds.create(build);
  const created: CreatedBuildBody = {
    ...buildBody(record),
    diagnostics: warnings.map((warning) => diagnosticBody(warning, definition)),
    warnings: unfitWarnings(build, { record, controller }),
  };
  return Response.json(created, { status: 201, headers: { location: `/v1/builds/${created.id}` } });
}

function idempotencyKeyOf(headers: Headers): string | undefined {
  const key = headers.get("idempotency-key") ?? undefined;
  if (key === undefined || (key.length > 0 && key.length <= 255)) return key;
  throw new ApiError("invalid_request", "Reading the Idempotency-Key: give it from 1 to 255 characters");
}
