import { Buffer } from "node:buffer";

/** Headers, and contents with their padding, are in pieces of this size; in bytes. */
export const TAR_BLOCK = 512;

/** By what an archive ends. */
export const TAR_END: Uint8Array = new Uint8Array(2 * TAR_BLOCK);

interface Field {
  readonly at: number;
  readonly bytes: number;
}

/** Where in a header its fields are: ustar, pax(1). */
export const TAR_FIELDS = {
  name: { at: 0, bytes: 100 },
  mode: { at: 100, bytes: 8 },
  uid: { at: 108, bytes: 8 },
  gid: { at: 116, bytes: 8 },
  size: { at: 124, bytes: 12 },
  time: { at: 136, bytes: 12 },
  checksum: { at: 148, bytes: 8 },
  type: { at: 156, bytes: 1 },
  link: { at: 157, bytes: 100 },
  magic: { at: 257, bytes: 8 },
  ownerNames: { at: 265, bytes: 64 },
  prefix: { at: 345, bytes: 155 },
} as const satisfies Record<string, Field>;

/** A field's text, as bytes (latin1): it need not be UTF-8. */
export function textOf(header: Buffer, { at, bytes }: Field): string {
  const end = header.indexOf(0, at);
  return header.toString("latin1", at, end < 0 ? at + bytes : Math.min(end, at + bytes));
}

/** Octal digits, or, for what is too large for them, a binary number as GNU's tar writes it. */
export function numberOf(header: Buffer, { at, bytes }: Field): number {
  if ((header[at] ?? 0) & 0x80) return header.readUIntBE(at + bytes - 6, 6);
  return parseInt(header.toString("latin1", at, at + bytes), 8) || 0;
}

/** An entry's name with what stands before it in a field of its own, as bytes (latin1). */
export function nameOf(header: Buffer): string {
  const isUstar = textOf(header, TAR_FIELDS.magic).startsWith("ustar");
  const prefix = isUstar ? textOf(header, TAR_FIELDS.prefix) : "";
  const name = textOf(header, TAR_FIELDS.name);
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** Sets a field to a text of bytes (latin1), or to its beginning where it is too long. */
export function setText(header: Buffer, { at, bytes }: Field, text: string): void {
  header.fill(0, at, at + bytes);
  header.write(text.slice(0, bytes), at, "latin1");
}

/** As `numberOf` reads it. */
export function setNumber(header: Buffer, { at, bytes }: Field, value: number): void {
  header.fill(0, at, at + bytes);
  if (value < 8 ** (bytes - 1)) {
    return void header.write(value.toString(8).padStart(bytes - 1, "0"), at, "latin1");
  }
  header.writeUInt8(0x80, at);
  header.writeUIntBE(value, at + bytes - 6, 6);
}

/** Says that it is a ustar header, and that nothing of it was damaged: the last to be set. */
export function seal(header: Buffer): void {
  // Old GNU headers use the place of the prefix otherwise.
  header.fill(0, TAR_FIELDS.prefix.at, TAR_FIELDS.prefix.at + TAR_FIELDS.prefix.bytes);
  header.write("ustar\x0000", TAR_FIELDS.magic.at, "latin1");
  header.fill(" ", TAR_FIELDS.checksum.at, TAR_FIELDS.type.at);
  let sum = 0;
  for (let index = 0; index < TAR_BLOCK; index++) sum += header[index] ?? 0;
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, TAR_FIELDS.checksum.at, "latin1");
}

/** Content with what fills its last block. */
export function padded(content: Uint8Array): Uint8Array {
  return Buffer.concat([content, Buffer.alloc((TAR_BLOCK - content.length % TAR_BLOCK) % TAR_BLOCK)]);
}
