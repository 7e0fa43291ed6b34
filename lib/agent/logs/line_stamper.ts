const NEWLINE = 10;

/** Puts the time in front of every line of a stream of bytes: `[HH:MM:SS.mmm] `, in the host's time zone. */
export class LineStamper {
  readonly #now: () => Date;
  #atLineStart = true;

  constructor(now: () => Date = () => new Date()) {
    this.#now = now;
  }

  /** Returns the chunk with the stamps, in pieces; an unfinished line gets its stamp with its first byte. */
  push(chunk: Uint8Array): Uint8Array[] {
    const stamp = new TextEncoder().encode(formatStamp(this.#now()));
    const pieces: Uint8Array[] = [];
    for (let start = 0; start < chunk.length;) {
      const newline = chunk.indexOf(NEWLINE, start);
      const end = newline === -1 ? chunk.length : newline + 1;
      if (this.#atLineStart) pieces.push(stamp);
      pieces.push(chunk.subarray(start, end));
      this.#atLineStart = newline !== -1;
      start = end;
    }
    return pieces;
  }
}

function formatStamp(time: Date): string {
  const digits = (value: number, width: number) => String(value).padStart(width, "0");
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => digits(part, 2)).join(
    ":",
  );
  return `[${clock}.${digits(time.getMilliseconds(), 3)}] `;
}
