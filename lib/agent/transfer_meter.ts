import { formatByteSize } from "../units/byte_size.ts";
import { formatDuration } from "../units/duration.ts";
import { ProgressLines, type ProgressOptions } from "./progress_lines.ts";

/** Counts the bytes of a long transfer, and says in the command's log how far it is, until disposed. */
export class TransferMeter implements Disposable {
  readonly #lines: ProgressLines;
  #what = "";
  #bytes = 0;
  #startedAt = 0;

  /** `what` begins its lines, as in "Restoring node_modules". */
  constructor(what: string, options: ProgressOptions) {
    this.begin(what);
    this.#lines = new ProgressLines(() => Promise.resolve(this.#line()), options);
  }

  /** A new piece of work begins. */
  begin(what: string): void {
    this.#what = what;
    this.#bytes = 0;
    this.#startedAt = performance.now();
  }

  /** `61 MB in 3.2s (19 MB/s)`. */
  get text(): string {
    const ms = performance.now() - this.#startedAt;
    return `${formatByteSize(this.#bytes)} in ${formatDuration(ms)} (${byteRate(this.#bytes, ms)})`;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** The same stream, counted. */
  count(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    return stream.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          this.add(chunk.length);
          controller.enqueue(chunk);
        },
      }),
    );
  }

  [Symbol.dispose](): void {
    this.#lines[Symbol.dispose]();
  }

  #line(): string | undefined {
    return this.#bytes === 0 ? undefined : `${this.#what}: ${this.text} so far`;
  }
}

/** `19 MB/s`. */
export function byteRate(bytes: number, ms: number): string {
  return `${formatByteSize(Math.round(bytes / Math.max(ms, 1) * 1000))}/s`;
}
