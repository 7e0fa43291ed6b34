/**
 * The records of a ZIP archive (PKWARE's APPNOTE.TXT 6.3.10, section 4). Sizes and places that do not fit into 32 bits,
 * and counts that do not fit into 16, go into the records of ZIP64.
 */

const MAX_16 = 0xffff;
const MAX_32 = 0xffffffff;

/** The sizes follow the content; names are UTF-8. */
const FLAGS = 0x0808;

/** A file that anybody can read, as Unix says it, in the upper half of the attributes. */
const REGULAR_FILE = (0o100644 << 16) >>> 0;

/** What is known of a file before it is read. */
export interface ZipFile {
  /** UTF-8, with `/` between folders. */
  readonly name: Uint8Array;
  /** In bytes. */
  readonly size: number;
  readonly modifiedAt: Date;
}

/** A file that is in the archive. */
export interface WrittenZipFile extends ZipFile {
  /** CRC-32 of the content. */
  readonly crc: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/** What comes before a file's content. */
export function localHeader(file: ZipFile): Uint8Array {
  const large = isLarge(file);
  const size = large ? MAX_32 : 0;
  const extra = large ? zip64Extra([0, 0]) : new Uint8Array();
  return joined(
    new Fields(30).u32(0x04034b50).u16(versionFor(large)).u16(FLAGS).u16(0).time(file.modifiedAt)
      .u32(0).u32(size).u32(size).u16(file.name.length).u16(extra.length).bytes,
    file.name,
    extra,
  );
}

/** What comes after a file's content. */
export function dataDescriptor(file: WrittenZipFile): Uint8Array {
  const { crc, size } = file;
  return isLarge(file)
    ? new Fields(24).u32(0x08074b50).u32(crc).u64(size).u64(size).bytes
    : new Fields(16).u32(0x08074b50).u32(crc).u32(size).u32(size).bytes;
}

/** A file's line in the directory at the end of the archive. */
export function directoryHeader(file: WrittenZipFile): Uint8Array {
  const { name, size, crc, offset, modifiedAt } = file;
  const large = isLarge(file);
  const far = offset >= MAX_32;
  const wide = [...large ? [size, size] : [], ...far ? [offset] : []];
  const extra = wide.length > 0 ? zip64Extra(wide) : new Uint8Array();
  const version = versionFor(large || far);
  const shownSize = large ? MAX_32 : size;
  const madeOnUnix = 3 << 8;
  return joined(
    new Fields(46).u32(0x02014b50).u16(madeOnUnix | version).u16(version).u16(FLAGS).u16(0).time(modifiedAt)
      .u32(crc).u32(shownSize).u32(shownSize).u16(name.length).u16(extra.length).u16(0).u16(0).u16(0)
      .u32(REGULAR_FILE).u32(far ? MAX_32 : offset).bytes,
    name,
    extra,
  );
}

/** What comes after the directory. */
export function endOfDirectory(
  directory: { readonly files: number; readonly size: number; readonly offset: number },
): Uint8Array {
  const { files, size, offset } = directory;
  const count = Math.min(files, MAX_16);
  const end = new Fields(22).u32(0x06054b50).u16(0).u16(0).u16(count).u16(count)
    .u32(Math.min(size, MAX_32)).u32(Math.min(offset, MAX_32)).u16(0).bytes;
  if (files < MAX_16 && size < MAX_32 && offset < MAX_32) return end;
  return joined(
    new Fields(56).u32(0x06064b50).u64(44).u16(versionFor(true)).u16(versionFor(true)).u32(0).u32(0)
      .u64(files).u64(files).u64(size).u64(offset).bytes,
    new Fields(20).u32(0x07064b50).u32(0).u64(offset + size).u32(1).bytes,
    end,
  );
}

function isLarge({ size }: ZipFile): boolean {
  return size >= MAX_32;
}

/** Which version of the format a reader must know: 4.5 for ZIP64. */
function versionFor(zip64: boolean): number {
  return zip64 ? 45 : 20;
}

function zip64Extra(values: readonly number[]): Uint8Array {
  const fields = new Fields(4 + 8 * values.length).u16(1).u16(8 * values.length);
  for (const value of values) fields.u64(value);
  return fields.bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Numbers one after the other, the lowest byte first. */
class Fields {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(length: number) {
    const buffer = new ArrayBuffer(length);
    this.bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
  }

  u16(value: number): this {
    this.#view.setUint16(this.#next(2), value, true);
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#next(4), value, true);
    return this;
  }

  u64(value: number): this {
    this.#view.setBigUint64(this.#next(8), BigInt(value), true);
    return this;
  }

  /** As MS-DOS counts: in steps of two seconds, from 1980 to 2107. In UTC: the format has no time zone. */
  time(date: Date): this {
    const year = date.getUTCFullYear();
    if (year < 1980) return this.u16(0).u16((1 << 5) | 1);
    return this
      .u16((date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1))
      .u16((Math.min(year - 1980, 127) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate());
  }

  #next(length: number): number {
    const at = this.#at;
    this.#at += length;
    return at;
  }
}
