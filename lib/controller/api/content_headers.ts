import { getMimeType } from "hono/utils/mime";
import { HARMLESS_HEADERS } from "../http/harmless_headers.ts";

/** What a browser shows without running anything of it; all else it may only save. */
const SHOWN = new Set([
  "application/json",
  "image/avif",
  "image/gif",
  "image/jpeg",
  "image/png",
  "image/webp",
  "text/csv",
  "text/markdown",
  "text/plain",
]);

/** A media type without parameters (RFC 9110, section 8.3.1). */
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/;

/** How a file of a task's is sent: as the type that the task says, else as that of its name. */
export function contentHeaders(
  { path, type }: { readonly path: string; readonly type: string },
): Record<string, string> {
  const stated = type.trim().toLowerCase();
  const known = MEDIA_TYPE.test(stated) ? stated : getMimeType(path)?.split(";", 1)[0];
  const mediaType = known ?? "application/octet-stream";
  return {
    ...HARMLESS_HEADERS,
    "content-type": mediaType.startsWith("text/") ? `${mediaType}; charset=utf-8` : mediaType,
    "content-disposition": SHOWN.has(mediaType) ? "inline" : "attachment",
    "cache-control": "no-cache, no-transform",
  };
}
