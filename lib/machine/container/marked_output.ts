import { Buffer } from "node:buffer";

/** What is read ahead of whoever takes it; in bytes. */
const AHEAD = 256 * 1024;

/** What one program prints. */
export interface ProgramOutput {
  readonly output: ReadableStream<Uint8Array>;
  /** Resolves once its marker was read, or the stream has ended. */
  readonly ended: Promise<void>;
  /** To be called before the marker is asked for: to look through everything for it would cost most of the time. */
  readonly expectMarker: () => void;
}

/**
 * Takes one stream apart into the outputs of the programs that wrote to it one after the other. Each ends with a
 * marker that nobody but the session's shell knows.
 */
export class MarkedOutput {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /**
   * What comes before `marker`, which is read even if nobody takes it any more. Once `dropping` aborts, what the
   * taker is too slow for is dropped: the session's shells must not be kept waiting. To be called again only once
   * `ended` has settled.
   */
  until(marker: string, { dropping }: { dropping: AbortSignal }): ProgramOutput {
    let taken = Promise.withResolvers<void>();
    let cancelled = false;
    let markerMayCome = false;
    const wake = () => taken.resolve();
    dropping.addEventListener("abort", wake, { once: true });
    const ended = Promise.withResolvers<void>();
    const output = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const pass = async (chunk: Uint8Array) => {
          if (chunk.length === 0 || cancelled) return;
          while ((controller.desiredSize ?? 0) <= 0 && !dropping.aborted && !cancelled) {
            taken = Promise.withResolvers();
            await taken.promise;
          }
          if (!cancelled && (controller.desiredSize ?? 0) > 0) controller.enqueue(chunk);
        };
        this.#readUntil(Buffer.from(marker), { pass, mayCome: () => markerMayCome })
          .then(() => cancelled || controller.close(), (error) => cancelled || controller.error(error))
          .finally(() => {
            dropping.removeEventListener("abort", wake);
            ended.resolve();
          });
      },
      pull: wake,
      cancel() {
        cancelled = true;
        wake();
      },
    }, new ByteLengthQueuingStrategy({ highWaterMark: AHEAD }));
    return { output, ended: ended.promise, expectMarker: () => void (markerMayCome = true) };
  }

  /** Reads on to nowhere, for what was left running and still writes. */
  async discard(): Promise<void> {
    while (!(await this.#reader.read()).done);
  }

  async #readUntil(
    marker: Buffer,
    { pass, mayCome }: { pass: (chunk: Uint8Array) => Promise<void>; mayCome: () => boolean },
  ): Promise<void> {
    let unread = this.#rest;
    while (!mayCome()) {
      await pass(unread);
      const { value } = await this.#reader.read();
      if (!value) return;
      unread = value;
    }
    for (;;) {
      const at = Buffer.from(unread.buffer, unread.byteOffset, unread.length).indexOf(marker);
      if (at >= 0) {
        this.#rest = unread.subarray(at + marker.length);
        return await pass(unread.subarray(0, at));
      }
      // The marker may have been cut in two: its beginning waits for the rest.
      const begun = unread.lastIndexOf(marker[0] ?? 0);
      const cut = begun >= 0 && marker.subarray(0, unread.length - begun).equals(unread.subarray(begun));
      const sure = cut ? begun : unread.length;
      await pass(unread.subarray(0, sure));
      const { value } = await this.#reader.read();
      if (!value) return await pass(unread.subarray(sure));
      unread = sure === unread.length ? value : Buffer.concat([unread.subarray(sure), value]);
    }
  }
}
