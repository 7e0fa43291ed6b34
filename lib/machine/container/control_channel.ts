import { RESTARTED } from "./session_script.ts";

/** What a shell of the session said: the answer to a request, or news of a program. */
export interface ControlRecord {
  readonly code: number;
  readonly text: string;
}

/** What of the text that is no record is kept, for the message when the session cannot be started; in characters. */
const STRAY = 8 * 1024;

/**
 * Reads the records of a session's shells out of standard error, each by its key. A record has lines of text,
 * `NONCE KEY + TEXT`, and then `NONCE KEY CODE TEXT` with the last one: two shells write there at once, and of
 * what each writes only a line stays in one piece. Whatever else stands there is no record.
 */
export class ControlChannel {
  readonly #pattern: RegExp;
  readonly #waiting = new Map<string, PromiseWithResolvers<ControlRecord>>();
  /** The lines that there are of records. */
  readonly #texts = new Map<string, string>();
  #unread = "";
  #stray = "";
  #closed: Error | undefined;
  /** Called when somebody in the container has killed the shells. */
  onRestart: () => void = () => {};

  constructor(nonce: string) {
    this.#pattern = new RegExp(`${nonce} (\\S+) (\\d+|\\+) (.*)$`, "s");
  }

  /** What was written that is no record, at most its first 8 KiB. */
  get stray(): string {
    return (this.#stray + this.#unread).slice(0, STRAY);
  }

  /** Whether no more records can come. */
  get closed(): boolean {
    return this.#closed !== undefined;
  }

  /** The record of that key; rejects when the channel closes before it comes. */
  expect(key: string): Promise<ControlRecord> {
    const record = Promise.withResolvers<ControlRecord>();
    // Who expects it may have been interrupted meanwhile.
    record.promise.catch(() => {});
    if (this.#closed) record.reject(this.#closed);
    else this.#waiting.set(key, record);
    return record.promise;
  }

  /** Reads until the stream ends, then closes the channel. Never rejects. */
  async read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of stream) this.#take(decoder.decode(chunk, { stream: true }));
    } catch {
      // The process at the other end is gone, which its status tells.
    }
    this.close(new Error("The session with the container is over"));
  }

  /** Nothing more is to be expected, for that reason. */
  close(reason: Error): void {
    this.#closed ??= reason;
    this.fail(reason);
  }

  /** What is waited for will not come. */
  fail(reason: Error): void {
    for (const record of this.#waiting.values()) record.reject(reason);
    this.#waiting.clear();
  }

  #take(text: string): void {
    const lines = (this.#unread + text).split("\n");
    this.#unread = lines.pop() ?? "";
    for (const line of lines) this.#takeLine(line);
  }

  #takeLine(line: string): void {
    if (line === RESTARTED) this.onRestart();
    const [, key, code, rest = ""] = this.#pattern.exec(line) ?? [];
    if (key === undefined) return this.#setAside(`${line}\n`);
    const text = (this.#texts.get(key) ?? "") + rest;
    if (code === "+") return void this.#texts.set(key, `${text}\n`);
    this.#texts.delete(key);
    this.#waiting.get(key)?.resolve({ code: Number(code), text });
    this.#waiting.delete(key);
  }

  #setAside(text: string): void {
    this.#stray = (this.#stray + text).slice(0, STRAY);
  }
}
