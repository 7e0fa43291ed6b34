import { formatByteSize } from "../../units/byte_size.ts";
import { formatDuration } from "../../units/duration.ts";

/** Between two lines that say how far a delivery is. */
const EVERY_MS = 5_000;

/** Counts what is delivered, and says in the log how far that is as long as it takes. */
export class DeliveryMeter implements Disposable {
  readonly #startedAt = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;
  #bytes = 0;

  constructor(log: (line: string) => void) {
    this.#timer = setInterval(() => log(`Delivered ${this.text} so far`), EVERY_MS);
  }

  /** `61 MB in 3.2s (19 MB/s)`. */
  get text(): string {
    const ms = Math.max(1, performance.now() - this.#startedAt);
    const rate = formatByteSize(Math.round(this.#bytes / ms * 1000));
    return `${formatByteSize(this.#bytes)} in ${formatDuration(ms)} (${rate}/s)`;
  }

  /** The same stream, counted. */
  count(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    return stream.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          this.#bytes += chunk.byteLength;
          controller.enqueue(chunk);
        },
      }),
    );
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
