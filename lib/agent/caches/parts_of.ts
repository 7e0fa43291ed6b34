import { Buffer } from "node:buffer";

/** Cuts a body into parts of `size` bytes; the last one may be shorter, and only of an empty body is there none. */
export async function* partsOf(body: ReadableStream<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (let chunk of body) {
    while (length + chunk.length >= size) {
      const cut = size - length;
      yield Buffer.concat([...pieces, chunk.subarray(0, cut)]);
      chunk = chunk.subarray(cut);
      pieces = [];
      length = 0;
    }
    pieces.push(chunk);
    length += chunk.length;
  }
  if (length > 0) yield Buffer.concat(pieces);
}
