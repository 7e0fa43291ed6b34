import { formatByteSize } from "../../units/byte_size.ts";
import type { CommandLog } from "../logs/command_log.ts";

/** Between two lines about a transfer; in milliseconds. */
const EVERY_MS = 5_000;

export interface TransferProgressOptions {
  readonly log: Pick<CommandLog, "writeLine">;
  /** In milliseconds; 5,000 by default. */
  readonly everyMs?: number;
}

/** Says in a command's log every few seconds how far a long transfer is, until disposed. */
export class TransferProgress implements Disposable {
  readonly #timer: ReturnType<typeof setInterval>;
  #what = "";
  #bytes = 0;

  constructor({ log, everyMs = EVERY_MS }: TransferProgressOptions) {
    this.#timer = setInterval(() => {
      if (this.#bytes > 0) void log.writeLine(`${this.#what}: ${formatByteSize(this.#bytes)} so far`);
    }, everyMs);
  }

  /** A new piece of work begins: what it is, as in "Downloading". */
  begin(what: string): void {
    this.#what = what;
    this.#bytes = 0;
  }

  /** Passes a stream on and counts what passes. */
  count(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    return stream.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          this.#bytes += chunk.length;
          controller.enqueue(chunk);
        },
      }),
    );
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** `12,345 files, 1.2 GB -> 310 MB in 4.1 s (75.6 MB/s)`; the rate is that of the larger side. */
export function transferLine(
  transfer: { readonly files: number; readonly from: number; readonly to: number; readonly ms: number },
): string {
  const { files, from, to, ms } = transfer;
  const count = files === 1 ? "1 file" : `${files.toLocaleString("en")} files`;
  const seconds = Math.max(ms, 1) / 1000;
  const rate = formatByteSize(Math.round(Math.max(from, to) / seconds));
  return `${count}, ${formatByteSize(from)} -> ${formatByteSize(to)} in ${seconds.toFixed(1)} s (${rate}/s)`;
}
