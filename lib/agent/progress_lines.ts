/** Between two lines about something long; in milliseconds. */
const EVERY_MS = 5_000;

export interface ProgressOptions {
  /** Takes lines for the command's log. */
  readonly log: (line: string) => void;
  /** In milliseconds; 5,000 by default. */
  readonly everyMs?: number;
}

/** Says in a command's log every few seconds how far something long is, until disposed. */
export class ProgressLines implements Disposable {
  readonly #timer: ReturnType<typeof setInterval>;
  #disposed = false;

  /** `say` gives the next line; undefined while there is nothing to tell. */
  constructor(say: () => Promise<string | undefined>, { log, everyMs = EVERY_MS }: ProgressOptions) {
    let saying = false;
    this.#timer = setInterval(async () => {
      if (saying) return;
      saying = true;
      // What cannot be measured is no reason to fail the work itself.
      const line = await say().catch(() => undefined);
      saying = false;
      if (line !== undefined && !this.#disposed) log(line);
    }, everyMs);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearInterval(this.#timer);
  }
}
