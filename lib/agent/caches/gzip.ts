import { ToolError } from "../../process/tool_error.ts";
import { toolStream } from "../../process/tool_stream.ts";

/** pigz is gzip on all processors. Level 1 took 1.7 s where the usual 6 took 2.9 s, for 9 % more bytes. */
const PROGRAMS = ["pigz", "gzip"] as const;

interface GzipOptions {
  readonly input: ReadableStream<Uint8Array>;
  readonly signal: AbortSignal;
}

/** Compresses by a program of the host, so that neither this process's time nor its memory is spent on it. */
export function compress(options: GzipOptions): ReadableStream<Uint8Array> {
  return gzip(["-1", "-c"], options);
}

/** What comes out of a gzip file. */
export interface Decompressed {
  readonly output: ReadableStream<Uint8Array>;
  /**
   * Settles at the end of the file, also when the output's reader has enough before: the checksum comes last. Rejects
   * for what is no complete gzip file, which is an error of the output, too.
   */
  readonly ended: Promise<void>;
}

/** As `compress`, the other way round. */
export function decompress(options: GzipOptions): Decompressed {
  const source = gzip(["-d", "-c"], options).getReader();
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => {});
  const read = async () => {
    try {
      const { value } = await source.read();
      if (value === undefined) ended.resolve();
      return value;
    } catch (error) {
      ended.reject(error);
      throw error;
    }
  };
  const output = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const value = await read();
      if (value) controller.enqueue(value);
      else controller.close();
    },
    async cancel() {
      while (await read().catch(() => undefined) !== undefined);
    },
  }, { highWaterMark: 0 });
  return { output, ended: ended.promise };
}

function gzip(args: readonly string[], { input, signal }: GzipOptions): ReadableStream<Uint8Array> {
  for (const program of PROGRAMS) {
    try {
      return toolStream([program, ...args], { stdin: input, signal });
    } catch (error) {
      if (!(error instanceof ToolError && error.cause instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error("Compressing a cache: the worker's host has neither pigz nor gzip; install one of them");
}
