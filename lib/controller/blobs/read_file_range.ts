import type { ByteRange } from "./cache_storage.ts";

const CHUNK_BYTES = 256 * 1024;

/** Reads a file, or a part of it, that may be removed meanwhile. `onEnd` is called once it is closed. */
export async function readFileRange(
  path: string,
  options: { readonly range: ByteRange | undefined; readonly onEnd: () => void },
): Promise<ReadableStream<Uint8Array>> {
  const { range, onEnd } = options;
  const file = await Deno.open(path);
  if (range) await file.seek(range.first, Deno.SeekMode.Start);
  let left = range ? range.last - range.first + 1 : Infinity;
  const close = () => {
    file.close();
    onEnd();
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, left));
      try {
        const read = left === 0 ? null : await file.read(chunk);
        if (read === null) {
          close();
          controller.close();
        } else {
          left -= read;
          controller.enqueue(chunk.subarray(0, read));
        }
      } catch (error) {
        close();
        throw error;
      }
    },
    cancel: close,
  }, { highWaterMark: 0 });
}
