import type { ClientChannel } from "./ssh2.d.ts";

/**
 * Sends a stream through a channel, as fast as the other side takes it, and ends the channel's input. When the
 * other side hangs up first, the stream is cancelled and that is all. Rejects as the stream does.
 */
export async function sendStream(source: ReadableStream<Uint8Array>, channel: ClientChannel): Promise<void> {
  const hungUp = Promise.withResolvers<"hung up">();
  for (const event of ["exit", "close"]) channel.once(event, () => hungUp.resolve("hung up"));
  const reader = source.getReader();
  for (;;) {
    const read = await Promise.race([reader.read(), hungUp.promise]);
    if (read === "hung up") return void reader.cancel().catch(() => {});
    if (read.done) break;
    if (channel.write(read.value)) continue;
    const drained = new Promise<void>((resolve) => channel.once("drain", resolve));
    if (await Promise.race([drained, hungUp.promise])) return void reader.cancel().catch(() => {});
  }
  channel.end();
}
