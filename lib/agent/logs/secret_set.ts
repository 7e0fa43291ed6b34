import { Buffer } from "node:buffer";

/** One value to hide, as its UTF-8 bytes, each held in one character (latin1), which is what V8 searches fastest. */
export type SecretBytes = string;

/**
 * The values that no log of a task may show. It grows while the task runs: whoever masks looks at `values`
 * anew for every chunk.
 */
export class SecretSet {
  #values: ReadonlySet<SecretBytes> = new Set();

  /** A new set after every change, so that it can be compared by identity. */
  get values(): ReadonlySet<SecretBytes> {
    return this.#values;
  }

  /**
   * Adds values; those of nothing but white space hide nothing. One that ends with line breaks is hidden without them
   * too, and one of several lines also as a terminal shows it.
   */
  add(...values: readonly string[]): void {
    const wanted = values.flatMap((value) => [value, value.replace(/[\r\n]+$/, "")])
      .flatMap((value) => [value, value.replace(/\r?\n/g, "\r\n")])
      .filter((value) => value.trim() !== "")
      .map((value) => Buffer.from(value).toString("latin1"))
      .filter((value) => !this.#values.has(value));
    if (wanted.length > 0) this.#values = new Set([...this.#values, ...wanted]);
  }
}
