import { Buffer } from "node:buffer";
import type { SecretBytes, SecretSet } from "./secret_set.ts";

/** What stands in a log where a secret stood. */
export const MASK = "HIDDEN-BY-CIRRUS-CI";

const MASK_BYTES = new TextEncoder().encode(MASK);

/** A stretch of bytes, its end not included. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Hides secrets in a stream of bytes, wherever the chunks cut them: what could be the beginning of one is held
 * back until it is known. Secrets that overlap are hidden as one.
 */
export class Masker {
  readonly #secrets: SecretSet;
  #values: ReadonlySet<SecretBytes> | undefined;
  #patterns: readonly Pattern[] = [];
  #held: Uint8Array = new Uint8Array(0);
  /** How many bytes from the start of `#held` belong to a secret whose mask is already out. */
  #hidden = 0;

  constructor(secrets: SecretSet) {
    this.#secrets = secrets;
  }

  /** Takes the next chunk; returns what can go out now, in order, without copying it. */
  push(chunk: Uint8Array): Uint8Array[] {
    this.#refresh();
    if (this.#patterns.length === 0 && this.#held.length === 0) return [chunk];
    const data = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    return this.#mask(data, { last: false });
  }

  /** Returns what was held back: nothing follows. */
  flush(): Uint8Array[] {
    this.#refresh();
    return this.#mask(this.#held, { last: true });
  }

  #refresh(): void {
    if (this.#values === this.#secrets.values) return;
    this.#values = this.#secrets.values;
    this.#patterns = Array.from(this.#values, (value) => new Pattern(value));
  }

  #mask(data: Uint8Array, options: { last: boolean }): Uint8Array[] {
    const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("latin1");
    const held = options.last ? 0 : Math.max(0, ...this.#patterns.map((pattern) => pattern.begunAtEnd(text)));
    const end = data.length - held;
    const out: Uint8Array[] = [];
    let position = Math.min(this.#hidden, end);
    let hiddenTo = this.#hidden;
    for (const range of this.#ranges(text, end)) {
      if (range.start >= hiddenTo) {
        if (range.start > position) out.push(data.subarray(position, range.start));
        out.push(MASK_BYTES);
      }
      hiddenTo = Math.max(hiddenTo, range.end);
      position = Math.min(hiddenTo, end);
    }
    if (end > position) out.push(data.subarray(position, end));
    this.#held = data.slice(end);
    this.#hidden = Math.max(0, hiddenTo - end);
    return out;
  }

  /** Where secrets stand that begin before `end`, in the order of their beginnings. */
  #ranges(text: string, end: number): Range[] {
    const ranges: Range[] = [];
    for (const pattern of this.#patterns) pattern.find(text, end, ranges);
    return ranges.sort((a, b) => a.start - b.start);
  }
}

/** The text with every secret in it hidden. */
export function maskText(text: string, secrets: SecretSet): string {
  const masker = new Masker(secrets);
  const parts = [...masker.push(new TextEncoder().encode(text)), ...masker.flush()];
  return new TextDecoder().decode(Buffer.concat(parts));
}

/** One secret and how it overlaps itself (Knuth, Morris and Pratt), worked out when first needed. */
class Pattern {
  readonly #value: SecretBytes;
  #borders: Int32Array | undefined;

  constructor(value: SecretBytes) {
    this.#value = value;
  }

  /** Adds every place where the secret begins before `end`, also where it overlaps itself. */
  find(text: string, end: number, ranges: Range[]): void {
    let start = text.indexOf(this.#value);
    while (start !== -1 && start < end) {
      ranges.push({ start, end: start + this.#value.length });
      start = text.indexOf(this.#value, start + this.#period());
    }
  }

  /** How many bytes at the end of the text could be the beginning of this secret. */
  begunAtEnd(text: string): number {
    const value = this.#value;
    let matched = 0;
    for (let i = Math.max(0, text.length - value.length + 1); i < text.length; i++) {
      const byte = text.charCodeAt(i);
      while (matched > 0 && byte !== value.charCodeAt(matched)) matched = this.#border(matched);
      if (byte === value.charCodeAt(matched)) matched++;
    }
    return matched;
  }

  #period(): number {
    return this.#value.length - this.#border(this.#value.length);
  }

  /** The longest proper prefix of the first `length` bytes that is also their suffix. */
  #border(length: number): number {
    this.#borders ??= bordersOf(this.#value);
    return this.#borders[length] ?? 0;
  }
}

function bordersOf(value: SecretBytes): Int32Array {
  const borders = new Int32Array(value.length + 1);
  let border = 0;
  for (let i = 1; i < value.length; i++) {
    while (border > 0 && value.charCodeAt(i) !== value.charCodeAt(border)) border = borders[border] ?? 0;
    if (value.charCodeAt(i) === value.charCodeAt(border)) border++;
    borders[i + 1] = border;
  }
  return borders;
}
