import { Buffer } from "node:buffer";
import { type Extended, isExtended, paxHeader, readExtended } from "./extended_header.ts";
import {
  nameOf,
  numberOf,
  seal,
  setNumber,
  setText,
  TAR_BLOCK,
  TAR_END,
  TAR_FIELDS,
  textOf,
} from "./tar_header.ts";

/** Types of entries that have no content, whatever size their header tells: hard and symbolic links, folders. */
const EMPTY = "125";

export interface RenameOptions {
  /** An entry's new name; what hard links lead to is renamed, too, symbolic links are not. Names are bytes (latin1). */
  readonly rename: (path: string) => string;
  /** Whom everything is to belong to; whom it belongs to when absent. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** True leaves out the archive's end: another one follows. */
  readonly goesOn?: boolean;
}

/**
 * A tar whose entries have other names and another owner. Reads ustar, pax and GNU's long
 * names, and writes pax. An archive that is cut off is passed on as it is from there: who unpacks it says so. What
 * comes after its end, such as the padding of GNU's tar, is left out: Podman fails for it (seen with 4.3.1).
 */
export function renameEntries(
  tar: ReadableStream<Uint8Array>,
  options: RenameOptions,
): ReadableStream<Uint8Array> {
  const renamer = new EntryRenamer(options);
  return tar.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        // In one piece: each is a write of its own to the pipe, and there are several for each small file.
        const pieces: Uint8Array[] = [];
        renamer.push(chunk, (bytes) => pieces.push(bytes));
        controller.enqueue(Buffer.concat(pieces));
      },
      flush: (controller) => controller.enqueue(renamer.rest),
    }),
  );
}

class EntryRenamer {
  readonly #rename: (path: string) => string;
  readonly #owner: RenameOptions["owner"];
  readonly #goesOn: boolean;
  #unread: Uint8Array = new Uint8Array();
  /** How much of the content that is passed on as it is is still to come, its padding included. */
  #passing = 0;
  #ended = false;
  #extended: Extended = { records: "" };

  constructor({ rename, owner, goesOn = false }: RenameOptions) {
    this.#rename = rename;
    this.#owner = owner;
    this.#goesOn = goesOn;
  }

  /** What could not be read as a header. */
  get rest(): Uint8Array {
    return this.#unread;
  }

  push(chunk: Uint8Array, write: (bytes: Uint8Array) => void): void {
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    while (this.#unread.length > 0) {
      if (this.#ended) this.#take(this.#unread.length);
      else if (this.#passing > 0) {
        const bytes = this.#take(Math.min(this.#passing, this.#unread.length));
        this.#passing -= bytes.length;
        write(bytes);
      } else if (!this.#readHeader(write)) return;
    }
  }

  /** Reads one header with the content of an extended one; false where more bytes are needed for that. */
  #readHeader(write: (bytes: Uint8Array) => void): boolean {
    if (this.#unread.length < TAR_BLOCK) return false;
    const header = Buffer.from(this.#unread.subarray(0, TAR_BLOCK));
    if (header[0] === 0 && header.every((byte) => byte === 0)) {
      this.#ended = true;
      if (!this.#goesOn) write(TAR_END);
      return true;
    }
    const type = textOf(header, TAR_FIELDS.type);
    const size = numberOf(header, TAR_FIELDS.size);
    if (isExtended(type, size)) {
      const whole = TAR_BLOCK + blocks(size);
      if (this.#unread.length < whole) return false;
      const content = Buffer.from(this.#take(whole)).subarray(TAR_BLOCK, TAR_BLOCK + size);
      readExtended(this.#extended, { type, content });
      return true;
    }
    this.#take(TAR_BLOCK);
    this.#writeEntry(header, type, write);
    this.#passing = type !== "" && EMPTY.includes(type) ? 0 : blocks(this.#extended.size ?? size);
    this.#extended = { records: "" };
    return true;
  }

  #writeEntry(header: Buffer, type: string, write: (bytes: Uint8Array) => void): void {
    const path = this.#rename(this.#extended.path ?? nameOf(header));
    const oldLink = this.#extended.link ?? textOf(header, TAR_FIELDS.link);
    const link = type === "1" ? this.#rename(oldLink) : oldLink;
    const { size, records } = this.#extended;
    write(paxHeader({
      records,
      ...size !== undefined && { size },
      ...path.length > TAR_FIELDS.name.bytes && { path },
      ...link.length > TAR_FIELDS.link.bytes && { link },
    }));
    setText(header, TAR_FIELDS.name, path);
    setText(header, TAR_FIELDS.link, link);
    if (this.#owner) {
      setNumber(header, TAR_FIELDS.uid, this.#owner.uid);
      setNumber(header, TAR_FIELDS.gid, this.#owner.gid);
      // Names would win over numbers.
      setText(header, TAR_FIELDS.ownerNames, "");
    }
    seal(header);
    write(header);
  }

  #take(size: number): Uint8Array {
    const bytes = this.#unread.subarray(0, size);
    this.#unread = this.#unread.subarray(size);
    return bytes;
  }
}

/** What so many bytes take with their padding. */
function blocks(size: number): number {
  return Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
}
