import type { ByteRange } from "../http/byte_range.ts";

const CHUNK_BYTES = 256 * 1024;

/**
 * Reads a file, or a part of it, which may be removed meanwhile, and closes it: at the end, when reading fails, and when
 * the stream is cancelled. `onEnd` is called then.
 */
export async function readRange(
  file: Deno.FsFile,
  options: { readonly range: ByteRange | undefined; readonly onEnd?: () => void },
): Promise<ReadableStream<Uint8Array>> {
  const { range, onEnd } = options;
  const close = () => {
    file.close();
    onEnd?.();
  };
  if (range) {
    await file.seek(range.start, Deno.SeekMode.Start).catch((error) => {
      close();
      throw error;
    });
  }
  let left = range ? range.end - range.start : Infinity;
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
