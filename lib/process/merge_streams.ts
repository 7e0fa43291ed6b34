/** Passes on what comes from several streams, in the order in which it comes. */
export function mergeStreams(streams: readonly ReadableStream<Uint8Array>[]): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const passOn = async (stream: ReadableStream<Uint8Array>) => {
    for await (const chunk of stream) await writer.write(chunk);
  };
  Promise.all(streams.map(passOn)).then(() => writer.close()).catch((error) => writer.abort(error));
  return readable;
}
