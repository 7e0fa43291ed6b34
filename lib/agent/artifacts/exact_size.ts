import type { TransferMeter } from "../transfer_meter.ts";

/**
 * Passes on as many bytes as were announced: a log that grows meanwhile is cut there. A file that has become shorter is
 * an error of the stream.
 */
export function exactSize(
  body: ReadableStream<Uint8Array>,
  { path, size, meter }: {
    readonly path: string;
    readonly size: number;
    readonly meter: Pick<TransferMeter, "add">;
  },
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let left = size;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const value = left > 0 ? (await reader.read()).value : undefined;
      if (value) {
        const piece = value.subarray(0, left);
        left -= piece.length;
        meter.add(piece.length);
        return controller.enqueue(piece);
      }
      await reader.cancel();
      if (left > 0) throw new Error(`Reading ${path}: it has become shorter than its ${size} bytes`);
      controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
