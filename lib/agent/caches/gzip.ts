import { ToolError } from "../../process/tool_error.ts";
import { toolStream } from "../../process/tool_stream.ts";

/**
 * pigz is gzip on all processors. Processor time for a tar of 200 MB, and what it became: gzip -6 11.3 s, 110 MB; gzip
 * -1 6.1 s, 116 MB; pigz -1 4.8 s, 116 MB; Deno's CompressionStream 6.5 s and node:zlib at level 1 2.8 s (140 MB),
 * both on the one thread that all tasks of a worker share. zstd -1 took 1.4 s, but agents of other makes, which share
 * the entries, read tar.gz only.
 */
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
