export interface RelayOptions {
  readonly write: (line: string) => void;
  /** Reads no further. */
  readonly signal: AbortSignal;
}

/** Passes on what arrives, whole lines at a time, and at the end what is left of one. */
export async function relayLines(stream: ReadableStream<Uint8Array>, options: RelayOptions): Promise<void> {
  const { write, signal } = options;
  const reader = stream.getReader();
  signal.addEventListener("abort", () => reader.cancel(), { once: true });
  const decoder = new TextDecoder();
  let unfinished = "";
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const lines = (unfinished + decoder.decode(next.value, { stream: true })).split("\n");
    unfinished = lines.pop() ?? "";
    lines.forEach(write);
  }
  if (unfinished !== "") write(unfinished);
}
