/** Passes on what arrives, whole lines at a time, and at the end what is left of one. */
export async function relayLines(
  stream: ReadableStream<Uint8Array>,
  write: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let unfinished = "";
  for await (const bytes of stream) {
    const lines = (unfinished + decoder.decode(bytes, { stream: true })).split("\n");
    unfinished = lines.pop() ?? "";
    lines.forEach(write);
  }
  if (unfinished !== "") write(unfinished);
}
