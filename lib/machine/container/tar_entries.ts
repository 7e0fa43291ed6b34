import { Buffer } from "node:buffer";
import type { FileKind } from "../machine.ts";
import { type Extended, isExtended, readExtended } from "./extended_header.ts";
import { nameOf, numberOf, TAR_BLOCK, TAR_FIELDS, textOf } from "./tar_header.ts";

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
    const extended: Extended = { records: "" };
    for (;;) {
      for await (const _ of this.content()) { /* what nobody wants */ }
      const header = await this.#take(TAR_BLOCK);
      if (header.length < TAR_BLOCK || header.every((byte) => byte === 0)) return undefined;
      const type = textOf(header, TAR_FIELDS.type);
      const ownSize = numberOf(header, TAR_FIELDS.size);
      const isAbout = isExtended(type, ownSize);
      const size = isAbout ? ownSize : extended.size ?? ownSize;
      this.#padding = (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;
      if (isAbout) {
        readExtended(extended, { type, content: await this.#take(size) });
        continue;
      }
      this.#left = size;
      const path = Buffer.from(extended.path ?? nameOf(header), "latin1").toString();
      return { path, kind: kindOf(type), size, mode: numberOf(header, TAR_FIELDS.mode) & 0o7777 };
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

function kindOf(type: string): FileKind {
  if (type === "" || type === "0" || type === "7") return "file";
  if (type === "5") return "directory";
  return type === "2" ? "symlink" : "other";
}
