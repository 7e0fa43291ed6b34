import { Buffer } from "node:buffer";

const NEWLINE = 0x0a;

/** Lines from the beginning of a stream, and then the rest as it comes. */
export class LineReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #buffered = Buffer.alloc(0);

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** The next line, without its end; undefined when the stream ends before it does. */
  line(): Promise<string | undefined> {
    return this.until(NEWLINE);
  }

  /** The text up to a byte, without it; undefined when the stream ends before one comes. */
  async until(byte: number): Promise<string | undefined> {
    let end: number;
    while ((end = this.#buffered.indexOf(byte)) < 0) {
      const { value } = await this.#reader.read();
      if (!value) return undefined;
      this.#buffered = Buffer.concat([this.#buffered, value]);
    }
    const line = this.#buffered.subarray(0, end).toString();
    this.#buffered = this.#buffered.subarray(end + 1);
    return line;
  }

  /** What was read and is no whole line. */
  get unfinished(): string {
    return this.#buffered.toString();
  }

  /** Gives up what is still to come. */
  cancel(): void {
    this.#reader.cancel().catch(() => {});
  }

  /** Everything that follows; `onCancel` is told when nobody wants it any more. No more lines can be asked for. */
  rest(options: { onCancel?: () => void } = {}): ReadableStream<Uint8Array> {
    const reader = this.#reader;
    let head: Uint8Array | undefined = this.#buffered;
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (head?.length) controller.enqueue(head);
        else {
          const { value } = await reader.read();
          if (value) controller.enqueue(value);
          else controller.close();
        }
        head = undefined;
      },
      cancel(reason) {
        options.onCancel?.();
        return reader.cancel(reason);
      },
    }, { highWaterMark: 0 });
  }
}
