import { Buffer } from "node:buffer";
import { createHash, type Hash } from "node:crypto";

const BLOCK = 512;

/** More than this no sensible path or link takes; in bytes. */
const MAX_HEADER_BYTES = 1024 * 1024;

/** What is read of one entry's header. */
interface Header {
  readonly type: string;
  readonly name: string;
  readonly link: string;
  readonly size: number;
  readonly executable: boolean;
}

/** Where in the archive the next byte is. */
type Place =
  | { readonly kind: "header" }
  | { readonly kind: "content"; left: number; take: (bytes: Uint8Array) => void; end: () => void }
  | { readonly kind: "padding"; left: number }
  /** It is no tar, or of a kind that is not known here: nothing is read any more. */
  | { readonly kind: "unreadable" };

/** A digest of each file and link, by its path; paths hold bytes (latin1), as they need not be UTF-8. */
export type FileDigests = ReadonlyMap<string, string>;

/** What is in a tar, told from its bytes as they pass. Reads ustar, pax and GNU's long names. */
export class TarContents {
  /** How many files and links. */
  files = 0;
  /** The bytes of all files. */
  bytes = 0;
  readonly #digests: Map<string, string> | undefined;
  #place: Place = { kind: "header" };
  readonly #block = new Uint8Array(BLOCK);
  #filled = 0;
  /** What extended headers say of the next entry. */
  #extended: { path?: string; linkpath?: string; size?: string } = {};

  /** `digests` is whether to make some, which takes as much work again as all the rest. */
  constructor({ digests }: { readonly digests: boolean }) {
    this.#digests = digests ? new Map() : undefined;
  }

  /** What tells two states of a folder from each other: times and owners do not count. Undefined where none are made. */
  get digests(): FileDigests | undefined {
    return this.#digests;
  }

  /** Passes a tar on and reads it on the way. */
  passThrough(tar: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    return tar.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          this.#push(chunk);
          controller.enqueue(chunk);
        },
      }),
    );
  }

  #push(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0 && this.#place.kind !== "unreadable") {
      rest = rest.subarray(this.#take(rest));
    }
  }

  /** Reads some of the bytes; returns how many. */
  #take(bytes: Uint8Array): number {
    const place = this.#place;
    if (place.kind === "unreadable") return bytes.length;
    if (place.kind === "header") {
      const taken = bytes.subarray(0, BLOCK - this.#filled);
      this.#block.set(taken, this.#filled);
      this.#filled += taken.length;
      if (this.#filled === BLOCK) this.#startEntry();
      return taken.length;
    }
    const taken = bytes.subarray(0, place.left);
    place.left -= taken.length;
    if (place.kind === "content") place.take(taken);
    if (place.left === 0) {
      this.#place = { kind: "header" };
      if (place.kind === "content") place.end();
    }
    return taken.length;
  }

  #startEntry(): void {
    this.#filled = 0;
    if (this.#block.every((byte) => byte === 0)) return;
    const header = readHeader(this.#block);
    if (!Number.isSafeInteger(header.size) || header.size < 0) {
      this.#place = { kind: "unreadable" };
      return;
    }
    switch (header.type) {
      case "x":
        return this.#collect(header, (data) => Object.assign(this.#extended, readPax(data)));
      case "L":
        return this.#collect(header, (data) => this.#extended.path = untilNul(data));
      case "K":
        return this.#collect(header, (data) => this.#extended.linkpath = untilNul(data));
      default:
        return this.#readEntry(header);
    }
  }

  /** Reads the whole content of a header of headers. */
  #collect({ size }: Header, use: (data: Buffer) => void): void {
    if (size > MAX_HEADER_BYTES) {
      this.#place = { kind: "unreadable" };
      return;
    }
    const pieces: Uint8Array[] = [];
    this.#content(size, {
      take: (bytes) => void pieces.push(bytes.slice()),
      end: () => use(Buffer.concat(pieces)),
    });
  }

  #readEntry(header: Header): void {
    const { path = header.name, linkpath: link = header.link, size: extendedSize } = this.#extended;
    this.#extended = {};
    const name = path.replace(/^(\.\/)+/, "").replace(/\/$/, "");
    const size = extendedSize === undefined ? header.size : Number(extendedSize);
    const isFile = ["0", "\0", "7"].includes(header.type);
    const digests = this.#digests;
    if (isFile) this.bytes += size;
    if (isFile || ["1", "2"].includes(header.type)) this.files++;
    if (header.type === "1") digests?.set(name, digests.get(link.replace(/^(\.\/)+/, "")) ?? link);
    if (header.type === "2") digests?.set(name, `link ${link}`);
    const hash: Hash | undefined = isFile && digests ? createHash("sha256") : undefined;
    this.#content(size, {
      take: (bytes) => void hash?.update(bytes),
      end: () => {
        if (hash) digests?.set(name, `${header.executable ? "x" : "-"} ${hash.digest("base64")}`);
      },
    });
  }

  /** The content of an entry follows, filled up to whole blocks. */
  #content(size: number, { take, end }: { take: (bytes: Uint8Array) => void; end: () => void }): void {
    const padding = (BLOCK - size % BLOCK) % BLOCK;
    const finish = () => {
      end();
      if (padding > 0) this.#place = { kind: "padding", left: padding };
    };
    if (size === 0) finish();
    else this.#place = { kind: "content", left: size, take, end: finish };
  }
}

function readHeader(block: Uint8Array): Header {
  const field = (at: number, length: number) => untilNul(Buffer.from(block.subarray(at, at + length)));
  // GNU's own format ("ustar " with a blank) has other things where POSIX has the prefix.
  const prefix = field(257, 6) === "ustar" ? field(345, 155) : "";
  const name = field(0, 100);
  return {
    type: String.fromCharCode(block[156] ?? 0),
    name: prefix === "" ? name : `${prefix}/${name}`,
    link: field(157, 100),
    size: readNumber(block.subarray(124, 136)),
    executable: (readNumber(block.subarray(100, 108)) & 0o100) !== 0,
  };
}

/** An octal number, or GNU's binary one for what does not fit. */
function readNumber(field: Uint8Array): number {
  const [first = 0] = field;
  if (first & 0x80) {
    return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, first & 0x7f);
  }
  return parseInt(untilNul(Buffer.from(field)).trim() || "0", 8);
}

/** Reads records of `LENGTH KEY=VALUE\n`. */
function readPax(data: Buffer): Record<string, string> {
  const records: Record<string, string> = {};
  for (let at = 0; at < data.length;) {
    const length = parseInt(data.subarray(at, at + 20).toString("latin1"), 10);
    if (!(length > 0)) break;
    const record = data.subarray(at, at + length - 1).toString("latin1");
    const [, key = "", value = ""] = /^\d+ ([^=]*)=([\s\S]*)$/.exec(record) ?? [];
    if (["path", "linkpath", "size"].includes(key)) records[key] = value;
    at += length;
  }
  return records;
}

function untilNul(data: Buffer): string {
  const end = data.indexOf(0);
  return data.toString("latin1", 0, end === -1 ? data.length : end);
}
