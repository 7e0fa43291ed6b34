/** Bytes of something, from `start` up to but not with `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a `Range` header (RFC 9110, section 14) for something of `size` bytes. Undefined when all of it is to be sent:
 * there is no header, or one that may be passed over, such as several ranges.
 */
export function byteRange(header: string | null, size: number): ByteRange | "unsatisfiable" | undefined {
  const match = /^bytes=([0-9]*)-([0-9]*)$/i.exec(header?.replaceAll(/\s/g, "") ?? "");
  if (!match || match[0].endsWith("=-")) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "") {
    const start = Math.max(0, size - Number(last));
    return start < size ? { start, end: size } : "unsatisfiable";
  }
  const start = Number(first);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  if (last !== "" && Number(last) < start) return undefined;
  return start < size ? { start, end } : "unsatisfiable";
}
