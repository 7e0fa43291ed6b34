import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import type { ArtifactStorage } from "./artifact_storage.ts";
import { HARMLESS_HEADERS } from "../http/harmless_headers.ts";
import { selectContent, type Selection } from "../http/select_content.ts";
import { StoreFullError } from "../store/store_full_error.ts";
import { type CacheStorage, CacheUploadError } from "./cache_storage.ts";
import type { Grant, SignedUrls } from "./signed_urls.ts";

/** Where the handler is mounted, whatever listens. */
export const BLOB_PATH = "/v1/blobs/";

export interface BlobHandlerOptions {
  readonly caches: CacheStorage;
  readonly artifacts: ArtifactStorage;
  readonly urls: SignedUrls;
  readonly logger: Logger;
}

const HEADERS = {
  ...HARMLESS_HEADERS,
  "content-type": "application/octet-stream",
  "content-disposition": "attachment",
} as const;

/** Answers `GET`, `HEAD` and `PUT` of signed URLs below `BLOB_PATH`; for `Deno.serve` and Hono alike. */
export function blobHandler(options: BlobHandlerOptions): (request: Request) => Promise<Response> {
  const { urls, logger } = options;
  return async (request) => {
    const { pathname } = new URL(request.url);
    const grant = pathname.startsWith(BLOB_PATH) ? urls.verify(pathname.slice(BLOB_PATH.length)) : undefined;
    if (grant === undefined) {
      return refusal(403, "This URL was not given out here, was changed, or has expired");
    }
    try {
      return await (grant.kind === "read cache"
        ? read(request, grant, options)
        : write(request, grant, options));
    } catch (error) {
      if (error instanceof CacheUploadError) return refusal(STATUS[error.kind], error.message);
      logger.error(`could not ${grant.kind} for task ${taskOf(grant)}: ${errorMessage(error)}`);
      if (error instanceof StoreFullError) return refusal(507, error.message);
      return refusal(500, "The controller failed; its log says why");
    }
  };
}

function taskOf(grant: Grant): string {
  return grant.kind === "write artifact" ? grant.owner.taskId : grant.task;
}

const STATUS: Readonly<Record<CacheUploadError["kind"], number>> = {
  "too large": 413,
  unknown: 404,
  incomplete: 400,
};

async function read(
  request: Request,
  grant: Grant & { kind: "read cache" },
  { caches }: BlobHandlerOptions,
): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") return refusal(403, "This URL is for GET");
  let selection: Selection | undefined;
  const reading = await caches.read(grant, ({ size, digest }) => {
    selection = selectContent(request.headers, { size, etag: `"${digest}"` });
    return selection.range;
  });
  if (reading === undefined || selection === undefined) {
    return refusal(404, "There is no such entry any more");
  }
  const { status } = selection;
  const headers = { ...HEADERS, ...selection.headers };
  const hasBody = request.method === "GET" && (status === 200 || status === 206);
  if (!hasBody) await reading.body.cancel();
  return new Response(hasBody ? reading.body : null, { status, headers });
}

async function write(
  request: Request,
  grant: Exclude<Grant, { kind: "read cache" }>,
  { caches, artifacts }: BlobHandlerOptions,
): Promise<Response> {
  if (request.method !== "PUT") return refusal(403, "This URL is for PUT");
  const body = request.body ?? ReadableStream.from<Uint8Array>([]);
  if (grant.kind === "write cache") {
    const { digest } = await caches.write({ ...grant, taskId: grant.task }, body);
    return new Response(null, { headers: { etag: `"${digest}"` } });
  }
  const length = request.headers.get("content-length");
  if (length !== String(grant.size)) {
    await body.cancel();
    return refusal(400, `This was announced with ${grant.size} bytes`);
  }
  if (grant.kind === "write artifact") {
    const { owner, name, path } = grant;
    await artifacts.write({ ...owner, name, path }, body);
    return new Response(null);
  }
  const { upload: uploadId, part: partNumber } = grant;
  return new Response(null, { headers: { etag: await caches.writePart({ uploadId, partNumber }, body) } });
}

function refusal(status: number, message: string): Response {
  return new Response(`${message}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}
