import { type ByteRange, byteRange } from "./byte_range.ts";

/** What a request is about. */
export interface Content {
  /** In bytes. */
  readonly size: number;
  /** A strong ETag, with its quotes. */
  readonly etag: string;
}

/** What of some content answers a request. */
export interface Selection {
  /** Only 200 and 206 have a body. */
  readonly status: 200 | 206 | 304 | 416;
  /** The part to send; undefined for all of it. */
  readonly range: ByteRange | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads the conditions and the range of a `GET` or `HEAD` request (RFC 9110, sections 13 and 14). */
export function selectContent(request: Headers, { size, etag }: Content): Selection {
  const headers = { etag, "accept-ranges": "bytes" };
  if (isNamed(etag, request.get("if-none-match"))) return { status: 304, range: undefined, headers };
  const ifRange = request.get("if-range");
  const isCurrent = ifRange === null || ifRange === etag;
  const range = isCurrent ? byteRange(request.get("range"), size) : undefined;
  if (range === "unsatisfiable") {
    return { status: 416, range: undefined, headers: { ...headers, "content-range": `bytes */${size}` } };
  }
  if (range === undefined) {
    return { status: 200, range, headers: { ...headers, "content-length": String(size) } };
  }
  const { start, end } = range;
  return {
    status: 206,
    range,
    headers: {
      ...headers,
      "content-length": String(end - start),
      "content-range": `bytes ${start}-${end - 1}/${size}`,
    },
  };
}

/** Whether `If-None-Match` names an ETag; a weak one names the strong one that it is made of. */
function isNamed(etag: string, header: string | null): boolean {
  if (header === null) return false;
  if (header.trim() === "*") return true;
  return (header.match(/(?:W\/)?"[^"]*"/g) ?? []).some((named) => named.replace(/^W\//, "") === etag);
}
