import { z } from "zod";
import type { Artifacts } from "../../artifacts/artifacts.ts";
import type { Controller } from "../../controller.ts";
import { HARMLESS_HEADERS } from "../../http/harmless_headers.ts";
import { selectContent, type Selection } from "../../http/select_content.ts";
import { NotFoundError } from "../../not_found_error.ts";
import type { ArtifactHolder, ArtifactSet } from "../../store/artifact_index.ts";
import { zipArchive, zipLength } from "../../zip/zip_archive.ts";
import { ApiError } from "../api_error.ts";
import { artifactBody, artifactFileBody } from "../bodies/artifact_body.ts";
import { contentHeaders } from "../content_headers.ts";
import { nothing, type Route, route, type RouteRequest } from "../route.ts";
import {
  type ArtifactFilePageBody,
  artifactFilePageSchema,
  type ArtifactPageBody,
  artifactPageSchema,
} from "../schemas.ts";
import { streamBody } from "../stream_body.ts";
import { requireBuild } from "./require_build.ts";
import { requireTask } from "./require_task.ts";

const pageSchema = z.strictObject({
  cursor: z.string().min(1).optional()
    .describe("The nextCursor of the page before; the first page when absent"),
  limit: z.coerce.number().int().min(1).max(5_000).default(500).describe("How many files a page has at most"),
});

/** The files that tasks uploaded: those of a build, or of one task. */
export function artifactRoutes(controller: Controller): Route[] {
  return [...routesOf("build", controller), ...routesOf("task", controller)];
}

function routesOf(kind: ArtifactHolder["kind"], controller: Controller): Route[] {
  const { artifacts } = controller;
  const of = kind === "build"
    ? "a build; of files that several tasks uploaded, those of the task that did so last"
    : "a task";
  const file = { mediaType: "*/*" };
  /** Rejects where there is no such build or task, which is not the same as one without artifacts. */
  const holderOf = async ({ parameter }: Pick<RouteRequest<unknown, unknown>, "parameter">) => {
    const holder: ArtifactHolder = { kind, id: parameter("id") };
    await (kind === "build" ? requireBuild(holder.id, controller) : requireTask(holder.id, controller));
    return holder;
  };
  return [
    route({
      method: "GET",
      path: `/v1/${kind}s/{id}/artifacts`,
      summary: `The artifacts of ${of}`,
      query: nothing,
      body: nothing,
      answers: { 200: { description: "The artifacts, by task and name", schema: artifactPageSchema } },
      handle: async (request) => {
        const summaries = await artifacts.list(await holderOf(request));
        return Response.json({ artifacts: summaries.map(artifactBody) } satisfies ArtifactPageBody);
      },
    }),
    route({
      method: "GET",
      path: `/v1/${kind}s/{id}/artifacts/{name}`,
      summary: `The files of one name of ${of}`,
      query: pageSchema,
      body: nothing,
      answers: { 200: { description: "A page of files, by path", schema: artifactFilePageSchema } },
      handle: async (request) => {
        const set = { holder: await holderOf(request), name: request.parameter("name") };
        return await listFiles(set, { artifacts, page: request.query });
      },
    }),
    route({
      method: "GET",
      path: `/v1/artifact/${kind}/{id}/{name}.zip`,
      summary: `All files of one name of ${of}, as a ZIP archive`,
      query: nothing,
      body: nothing,
      answers: { 200: { description: "The archive", mediaType: "application/zip" } },
      handle: async (request) => {
        const name = request.parameter("name").replace(/\.zip$/, "");
        return await sendArchive({ holder: await holderOf(request), name }, { artifacts, request });
      },
    }),
    route({
      method: "GET",
      path: `/v1/artifact/${kind}/{id}/{name}/{+path}`,
      summary: `One file of ${of}`,
      headers: {
        "Range": "One range of bytes, as in bytes=100-199, bytes=100- and bytes=-100",
        "If-None-Match": "The ETag of what is known: 304 while it is the same",
        "If-Range": "The ETag of what Range is a part of: all comes when it is not the same",
      },
      query: nothing,
      body: nothing,
      answers: {
        200: { description: "The file", ...file },
        206: { description: "A part of it", ...file },
        304: { description: "It is as If-None-Match says" },
      },
      handle: async (request) => {
        const set = { holder: await holderOf(request), name: request.parameter("name") };
        return await sendFile(set, { artifacts, request });
      },
    }),
  ];
}

async function listFiles(
  set: ArtifactSet,
  { artifacts, page: { cursor, limit } }: {
    readonly artifacts: Artifacts;
    readonly page: z.infer<typeof pageSchema>;
  },
): Promise<Response> {
  const files = await artifacts.files(set, { ...cursor !== undefined && { after: cursor }, limit });
  if (files.length === 0 && cursor === undefined) throw noArtifacts(set);
  const nextCursor = files.length < limit ? undefined : files.at(-1)?.path;
  const body = { files: files.map(artifactFileBody), ...nextCursor !== undefined && { nextCursor } };
  return Response.json(body satisfies ArtifactFilePageBody);
}

async function sendArchive(
  set: ArtifactSet,
  { artifacts, request: { closing } }: {
    readonly artifacts: Artifacts;
    readonly request: RouteRequest<unknown, unknown>;
  },
): Promise<Response> {
  const entries = await artifacts.zipEntries(set);
  if (entries.length === 0) throw noArtifacts(set);
  const body = streamBody(() => zipArchive(entries), { closing, whenClosing: "break off" });
  return new Response(body, {
    headers: {
      ...HARMLESS_HEADERS,
      "content-type": "application/zip",
      "content-disposition": "attachment",
      "content-length": String(zipLength(entries)),
      "cache-control": "no-cache, no-transform",
    },
  });
}

async function sendFile(
  set: ArtifactSet,
  { artifacts, request: { parameter, headers } }: {
    readonly artifacts: Artifacts;
    readonly request: RouteRequest<unknown, unknown>;
  },
): Promise<Response> {
  const path = parameter("path");
  let selection: Selection | undefined;
  const opened = await artifacts.open(set, {
    path,
    choose: (content) => {
      selection = selectContent(headers, content);
      return selection.range;
    },
  });
  if (opened === undefined || selection === undefined) {
    throw new NotFoundError(
      `Looking for ${path}: there is no such file in the artifacts "${set.name}"; ` +
        `GET /v1/${set.holder.kind}s/ID/artifacts/NAME lists them`,
    );
  }
  const { status } = selection;
  if (status === 200 || status === 206) {
    const all = { ...contentHeaders(opened.file), ...selection.headers };
    return new Response(opened.body, { status, headers: all });
  }
  await opened.body.cancel();
  if (status === 304) return new Response(null, { status, headers: selection.headers });
  throw new ApiError(
    "range_not_satisfiable",
    `Reading ${path}: it has ${opened.size} bytes; ask for some of those`,
    { headers: selection.headers },
  );
}

function noArtifacts({ holder: { kind, id }, name }: ArtifactSet): NotFoundError {
  return new NotFoundError(
    `Looking for the artifacts "${name}": ${kind} ${id} has none; GET /v1/${kind}s/ID/artifacts lists them`,
  );
}
