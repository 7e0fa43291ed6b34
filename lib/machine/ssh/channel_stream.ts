import type { Readable } from "node:stream";

/**
 * What comes through a channel. Who does not read holds the sender up: ssh2 opens the window anew only for what
 * was read. Cancelling goes on reading, to nowhere, so that the sender does not wait for ever. Errors with the
 * reason of `lost` when that has aborted by the end.
 */
export function channelStream(channel: Readable, options: { lost: AbortSignal }): ReadableStream<Uint8Array> {
  let cancelled = false;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      channel.on("data", (chunk: Uint8Array) => {
        if (cancelled) return;
        controller.enqueue(chunk);
        if ((controller.desiredSize ?? 0) <= 0) channel.pause();
      });
      channel.on("end", () => {
        if (cancelled) return;
        cancelled = true;
        if (options.lost.aborted) controller.error(options.lost.reason);
        else controller.close();
      });
      channel.pause();
    },
    pull() {
      channel.resume();
    },
    cancel() {
      cancelled = true;
      channel.resume();
    },
  }, { highWaterMark: 0 });
}
