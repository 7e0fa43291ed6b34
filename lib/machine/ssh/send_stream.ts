import type { ClientChannel } from "./ssh2.d.ts";
import { AbortReason } from "../../async/abort_reason.ts";
import { abortable } from "../../async/abortable.ts";

/**
 * Sends a stream through a channel, as fast as the other side takes it, and ends the channel's input. When the
 * other side hangs up first, the stream is cancelled and that is all. Rejects as the stream does.
 */
export async function sendStream(source: ReadableStream<Uint8Array>, channel: ClientChannel): Promise<void> {
  const hungUp = new AbortController();
  const onHungUp = () => hungUp.abort(new AbortReason("finished", "The VM takes no more of it"));
  channel.once("exit", onHungUp);
  channel.once("close", onHungUp);
  const { signal } = hungUp;
  const write = (chunk: Uint8Array) => new Promise<void>((taken) => channel.write(chunk, () => taken()));
  const sink = new WritableStream<Uint8Array>({
    write: (chunk) => abortable(write(chunk), signal),
    close: () => void channel.end(),
  });
  try {
    await source.pipeTo(sink, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
