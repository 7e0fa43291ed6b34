/** Reads a stream to its end and returns the text of its first `limit` bytes; the rest is dropped. */
export async function readHead(stream: ReadableStream<Uint8Array>, limit: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let left = limit;
  for await (const chunk of stream) {
    if (left <= 0) continue;
    text += decoder.decode(chunk.subarray(0, left), { stream: true });
    left -= chunk.byteLength;
  }
  return text;
}
