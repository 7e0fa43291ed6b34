import { AbortReason } from "../../async/abort_reason.ts";

export interface StreamOptions {
  /** Aborts when the API closes. */
  readonly closing: AbortSignal;
  /** What the body does then: one that would be taken for complete must break off. */
  readonly whenClosing: "end" | "break off";
}

/**
 * A body of what `produce` yields, read no faster than it is taken. The signal aborts when nobody takes it any more, and
 * when the API closes.
 */
export function streamBody(
  produce: (signal: AbortSignal) => AsyncGenerator<Uint8Array>,
  { closing, whenClosing }: StreamOptions,
): ReadableStream<Uint8Array> {
  const gone = new AbortController();
  const pieces = produce(AbortSignal.any([gone.signal, closing]));
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (gone.signal.aborted) return;
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        if (gone.signal.aborted) return;
        if (!closing.aborted) throw error;
        if (whenClosing === "end") controller.close();
        else controller.error(brokenOff());
      }
    },
    async cancel() {
      gone.abort(new AbortReason("finished", "Nobody reads the stream any more"));
      await pieces.return(undefined);
    },
  }, { highWaterMark: 0 });
}

/** `Deno.serve` prints what a body breaks off with; where that came from is of no use to anybody. */
function brokenOff(): Error {
  const error = new Error("An answer over HTTP was broken off: the controller ends");
  error.stack = error.message;
  return error;
}
