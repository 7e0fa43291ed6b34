import { Buffer } from "node:buffer";
import type { Readable } from "node:stream";

/** The most that is kept; in bytes. */
const MOST_BYTES = 64 * 1024;

/** Reads a stream to its end; the result tells its first 64 KiB behind a marker, or what there is of them. */
export function keepHead(stream: Readable, marker: string): () => string {
  let kept = Buffer.alloc(0);
  let begun = false;
  stream.on("data", (chunk: Buffer) => {
    if (begun && kept.length >= MOST_BYTES) return;
    kept = Buffer.concat([kept, chunk]);
    const start = begun ? -1 : kept.indexOf(marker);
    if (start >= 0) {
      begun = true;
      kept = kept.subarray(start + marker.length);
    } else if (!begun) kept = kept.subarray(-MOST_BYTES);
  });
  return () => kept.subarray(0, MOST_BYTES).toString();
}
