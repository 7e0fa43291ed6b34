import { Buffer } from "node:buffer";

const BLOCK = 512;

/** By what an archive ends. */
export const TAR_END: Uint8Array = new Uint8Array(2 * BLOCK);

/** More than this no path takes; in bytes. */
const MAX_EXTENDED_BYTES = 1024 * 1024;

/** Where in a header its fields are, and how long they are: ustar, pax(1). */
const NAME = { at: 0, bytes: 100 };
const UID = { at: 108, bytes: 8 };
const GID = { at: 116, bytes: 8 };
const LINK = { at: 157, bytes: 100 };
const OWNER_NAMES = { at: 265, bytes: 64 };
const PREFIX = { at: 345, bytes: 155 };

/** Records that would win over the owner in the header. */
const OWNER_KEYS: ReadonlySet<string> = new Set(["uid", "gid", "uname", "gname"]);

type Field = typeof NAME;

/** What extended headers say of the next entry, paths as bytes (latin1): they need not be UTF-8. */
interface Extended {
  path?: string;
  link?: string;
  size?: number;
  /** The other records of pax headers, as they are. */
  records: string;
}

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
    if (this.#unread.length < BLOCK) return false;
    const header = Buffer.from(this.#unread.subarray(0, BLOCK));
    if (header[0] === 0 && header.every((byte) => byte === 0)) {
      this.#ended = true;
      if (!this.#goesOn) write(TAR_END);
      return true;
    }
    const type = String.fromCharCode(header[156] ?? 0);
    const size = sizeOf(header);
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    if (!"xgLK".includes(type)) {
      this.#take(BLOCK);
      this.#writeEntry(header, type, write);
      const content = this.#extended.size ?? size;
      this.#passing = type === "5" || type === "2" || type === "1" ? 0 : Math.ceil(content / BLOCK) * BLOCK;
      this.#extended = { records: "" };
      return true;
    }
    if (size > MAX_EXTENDED_BYTES) throw new Error("Reading a tar: a header is too large");
    if (this.#unread.length < BLOCK + padded) return false;
    const content = Buffer.from(this.#unread.subarray(BLOCK, BLOCK + size)).toString("latin1");
    this.#take(BLOCK + padded);
    if (type === "x") readPax(content, this.#extended);
    if (type === "L") this.#extended.path = content.replace(/\0+$/, "");
    if (type === "K") this.#extended.link = content.replace(/\0+$/, "");
    return true;
  }

  #writeEntry(header: Buffer, type: string, write: (bytes: Uint8Array) => void): void {
    const prefix = header.toString("latin1", 257, 262) === "ustar" ? textOf(header, PREFIX) : "";
    const name = textOf(header, NAME);
    const path = this.#rename(this.#extended.path ?? (prefix === "" ? name : `${prefix}/${name}`));
    const oldLink = this.#extended.link ?? textOf(header, LINK);
    const link = type === "1" ? this.#rename(oldLink) : oldLink;
    let { records } = this.#extended;
    if (this.#extended.size !== undefined) records += paxRecord("size", String(this.#extended.size));
    if (path.length > NAME.bytes) records += paxRecord("path", path);
    if (link.length > LINK.bytes) records += paxRecord("linkpath", link);
    if (records !== "") write(paxHeader(records));
    header.fill(0, PREFIX.at, PREFIX.at + PREFIX.bytes);
    setText(header, NAME, path);
    if (this.#owner) setOwner(header, this.#owner);
    setText(header, LINK, link);
    // Old GNU headers use the place of the prefix otherwise.
    header.write("ustar\x0000", 257, "latin1");
    setChecksum(header);
    write(header);
  }

  #take(size: number): Uint8Array {
    const bytes = this.#unread.subarray(0, size);
    this.#unread = this.#unread.subarray(size);
    return bytes;
  }
}

function textOf(header: Buffer, { at, bytes }: Field): string {
  const end = header.indexOf(0, at);
  return header.toString("latin1", at, end < 0 ? at + bytes : Math.min(end, at + bytes));
}

function setText(header: Buffer, { at, bytes }: Field, text: string): void {
  header.fill(0, at, at + bytes);
  header.write(text.slice(0, bytes), at, "latin1");
}

function setOwner(header: Buffer, { uid, gid }: { uid: number; gid: number }): void {
  setNumber(header, UID, uid);
  setNumber(header, GID, gid);
  // Names would win over numbers.
  header.fill(0, OWNER_NAMES.at, OWNER_NAMES.at + OWNER_NAMES.bytes);
}

/** Octal digits, or, for what is too large for them, a binary number as GNU's tar writes it. */
function setNumber(header: Buffer, { at, bytes }: Field, value: number): void {
  header.fill(0, at, at + bytes);
  if (value < 8 ** (bytes - 1)) {
    return void header.write(value.toString(8).padStart(bytes - 1, "0"), at, "latin1");
  }
  header.writeUInt8(0x80, at);
  header.writeUInt32BE(value, at + bytes - 4);
}

function setChecksum(header: Buffer): void {
  header.fill(" ", 148, 156);
  let sum = 0;
  for (let index = 0; index < BLOCK; index++) sum += header[index] ?? 0;
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
}

/** Octal digits, or, for files of 8 GiB and more, a binary number. */
function sizeOf(header: Buffer): number {
  if ((header[124] ?? 0) & 0x80) return Number(header.readBigUInt64BE(128));
  return parseInt(header.toString("latin1", 124, 136), 8) || 0;
}

/** Records of `LENGTH KEY=VALUE\n`, the length in bytes. */
function readPax(content: string, extended: Extended): void {
  for (let at = 0; at < content.length;) {
    const length = parseInt(content.slice(at, at + 20), 10);
    if (!(length > 0)) return;
    const record = content.slice(at, at + length);
    const [, key, value = ""] = /^\d+ ([^=]*)=([^]*)\n$/.exec(record) ?? [];
    if (key === "path") extended.path = value;
    else if (key === "linkpath") extended.link = value;
    else if (key === "size") extended.size = Number(value);
    else if (!OWNER_KEYS.has(key ?? "")) extended.records += record;
    at += length;
  }
}

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}

function paxHeader(records: string): Uint8Array {
  const header = Buffer.alloc(BLOCK);
  header.write("PaxHeader", 0);
  header.write("0000644\x000000000\x000000000\0", 100);
  header.write(`${records.length.toString(8).padStart(11, "0")}\0${"0".repeat(11)}\0`, 124);
  header.write("x", 156);
  header.write("ustar\x0000", 257);
  setChecksum(header);
  return Buffer.concat([
    header,
    Buffer.from(records, "latin1"),
    Buffer.alloc((BLOCK - records.length % BLOCK) % BLOCK),
  ]);
}
