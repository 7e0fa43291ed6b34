/** How much is read at once; in bytes, what a pipe holds by default: pipe(7). */
const BUFFER_BYTES = 64 * 1024;

/** Reads a stream chunk by chunk. */
export interface ChunkReader {
  /** Undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
  cancel(): Promise<void>;
}

/**
 * A reader of a program's output. The runtime's own default reader makes a buffer of 64 KiB for each chunk, however
 * small: here one buffer is read into again and again, and a chunk is a copy of no more than was read. That takes a
 * third of the time for chunks of 8 KiB, and chunks that wait for somebody take no more memory than they have bytes.
 */
export function chunkReader(source: ReadableStream<Uint8Array>): ChunkReader {
  const reader = byteReader(source);
  if (!reader) return defaultReader(source);
  let buffer = new Uint8Array(BUFFER_BYTES);
  let ended = false;
  const readOnce = async () => {
    if (ended) return undefined;
    const { value, done } = await reader.read(buffer);
    ended = done;
    if (done) return undefined;
    const chunk = value.slice();
    buffer = new Uint8Array(value.buffer);
    return chunk;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    read() {
      // There is one buffer: who gave up a read may begin the next one before that has ended.
      const chunk = last.then(readOnce);
      last = chunk.catch(() => {});
      return chunk;
    },
    cancel: () => reader.cancel(),
  };
}

/** Undefined for a stream that was not made for bytes. */
function byteReader(source: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return source.getReader({ mode: "byob" });
  } catch (error) {
    if (error instanceof TypeError && !source.locked) return undefined;
    throw error;
  }
}

function defaultReader(source: ReadableStream<Uint8Array>): ChunkReader {
  const reader = source.getReader();
  return { read: async () => (await reader.read()).value, cancel: () => reader.cancel() };
}
