import { Buffer } from "node:buffer";
import type { FileKind } from "../machine.ts";

const BLOCK = 512;

/** More than this no path takes; in bytes. */
const MAX_EXTENDED_BYTES = 1024 * 1024;

/** One entry of a tar, as its headers tell it. */
export interface TarEntry {
  readonly path: string;
  readonly kind: FileKind;
  /** Bytes that follow. */
  readonly size: number;
  /** POSIX permission bits. */
  readonly mode: number;
}

/**
 * Reads the tars that container engines make: ustar, pax and GNU's long names. Whoever wants an entry's content reads
 * it before the next entry is asked for.
 */
export class TarReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #unread: Uint8Array = new Uint8Array();
  /** What is left of the entry's content, and of the padding after it. */
  #left = 0;
  #padding = 0;

  constructor(tar: ReadableStream<Uint8Array>) {
    this.#reader = tar.getReader();
  }

  /** The next entry; undefined at the end. */
  async next(): Promise<TarEntry | undefined> {
    const extended: { path?: string; size?: number } = {};
    for (;;) {
      for await (const _ of this.content()) { /* what nobody wants */ }
      const header = await this.#take(BLOCK);
      if (header.length < BLOCK || header.every((byte) => byte === 0)) return undefined;
      const text = (from: number, to: number) => header.toString("utf8", from, to).replace(/\0[^]*$/, "");
      const size = extended.size ?? sizeOf(header);
      this.#left = size;
      this.#padding = (BLOCK - size % BLOCK) % BLOCK;
      const type = text(156, 157);
      if (type === "x" || type === "g" || type === "L" || type === "K") {
        if (size > MAX_EXTENDED_BYTES) throw new Error("Reading a tar: a header is too large");
        const content = await this.#take(size);
        this.#left = 0;
        if (type === "x") readPax(content, extended);
        if (type === "L") extended.path = content.toString().replace(/\0+$/, "");
        continue;
      }
      const prefix = text(257, 262) === "ustar" ? text(345, 500) : "";
      const name = text(0, 100);
      const path = extended.path ?? (prefix === "" ? name : `${prefix}/${name}`);
      return { path, kind: kindOf(type), size, mode: parseInt(text(100, 108), 8) & 0o7777 };
    }
  }

  /** The bytes of the entry that `next` gave last. */
  async *content(): AsyncGenerator<Uint8Array> {
    while (this.#left > 0) {
      const chunk = await this.#some(this.#left);
      if (chunk.length === 0) throw new Error("Reading a tar: it is cut off");
      this.#left -= chunk.length;
      yield chunk;
    }
    await this.#take(this.#padding);
    this.#padding = 0;
  }

  /** Ends the stream. */
  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }

  async #take(size: number): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    for (let left = size; left > 0;) {
      const chunk = await this.#some(left);
      if (chunk.length === 0) break;
      chunks.push(chunk);
      left -= chunk.length;
    }
    return Buffer.concat(chunks);
  }

  async #some(most: number): Promise<Uint8Array> {
    if (this.#unread.length === 0) this.#unread = (await this.#reader.read()).value ?? new Uint8Array();
    const chunk = this.#unread.subarray(0, most);
    this.#unread = this.#unread.subarray(chunk.length);
    return chunk;
  }
}

/** Octal digits, or, for files of 8 GiB and more, a binary number. */
function sizeOf(header: Buffer): number {
  if ((header[124] ?? 0) & 0x80) return Number(header.readBigUInt64BE(128));
  return parseInt(header.toString("latin1", 124, 136), 8) || 0;
}

/** Records of `LENGTH KEY=VALUE\n`, the length in bytes: pax(1). */
function readPax(content: Buffer, extended: { path?: string; size?: number }): void {
  for (let at = 0; at < content.length;) {
    const length = parseInt(content.toString("latin1", at, at + 20), 10);
    if (!(length > 0)) return;
    const [, key, value = ""] = /^\d+ ([^=]*)=([^]*)\n$/.exec(content.toString("utf8", at, at + length)) ??
      [];
    if (key === "path") extended.path = value;
    if (key === "size") extended.size = Number(value);
    at += length;
  }
}

function kindOf(type: string): FileKind {
  if (type === "" || type === "0" || type === "7") return "file";
  if (type === "5") return "directory";
  return type === "2" ? "symlink" : "other";
}
