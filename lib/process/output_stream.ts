import { type ChunkReader, chunkReader } from "./chunk_reader.ts";

const QUIET_MS = 50;

/** The most that a pipe holds: pipe(7), /proc/sys/fs/pipe-max-size for users who are not root. */
const PIPE_BYTES = 1024 * 1024;

export interface OutputOptions {
  readonly over: Promise<unknown>;
  readonly keepReading: boolean;
  /** How long the source may be silent, once it is over, before what was written counts as read; 50 ms when absent. */
  readonly quietMs?: number;
  /** What can have been written and not read by then, in bytes; what a pipe holds when absent. */
  readonly mostBytes?: number;
}

/**
 * Passes `source` on until it ends, or until `over` settles and what was in the pipe then is read: something
 * that was left in the background may hold the pipe for ever. `keepReading` goes on reading for its sake, to
 * nowhere, so that it does not die of a closed pipe.
 */
export function outputUntil(
  source: ReadableStream<Uint8Array>,
  options: OutputOptions,
): ReadableStream<Uint8Array> {
  const { quietMs = QUIET_MS, mostBytes = PIPE_BYTES } = options;
  const reader = chunkReader(source);
  let left = Infinity;
  let finish: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const arm = () => {
    if (left !== Infinity && finish) timer = setTimeout(finish, quietMs);
  };
  const onOver = () => {
    left = mostBytes;
    arm();
  };
  options.over.then(onOver, onOver);

  const leave = () => options.keepReading ? discard(reader) : reader.cancel();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = left <= 0 ? undefined : await new Promise<Uint8Array | undefined>((resolve, reject) => {
        finish = () => resolve(undefined);
        arm();
        reader.read().then(resolve, reject);
      });
      clearTimeout(timer);
      finish = undefined;
      if (chunk) {
        left -= chunk.byteLength;
        controller.enqueue(chunk);
        return;
      }
      controller.close();
      leave().catch(() => {});
    },
    cancel: () => reader.cancel(),
  }, { highWaterMark: 0 });
}

async function discard(reader: ChunkReader): Promise<void> {
  while (await reader.read() !== undefined);
}
