import { Buffer } from "node:buffer";
import { padded, seal, setNumber, setText, TAR_BLOCK, TAR_FIELDS } from "./tar_header.ts";

/** More than this no path takes; in bytes. */
const MAX_BYTES = 1024 * 1024;

/** Types of entries that say something of the next one, or of all: pax(1)'s, and GNU's long names and links. */
const TYPES = "xgLK";

/** Records that would win over the owner in the header. */
const OWNER_KEYS: ReadonlySet<string> = new Set(["uid", "gid", "uname", "gname"]);

/** What extended headers say of the next entry, paths as bytes (latin1): they need not be UTF-8. */
export interface Extended {
  path?: string;
  link?: string;
  size?: number;
  /** The other records of pax headers, as they are, but for the owner's. */
  records: string;
}

/** Whether an entry is an extended header. Throws an error when it is too large for one. */
export function isExtended(type: string, size: number): boolean {
  if (type === "" || !TYPES.includes(type)) return false;
  if (size > MAX_BYTES) throw new Error("Reading a tar: a header is too large");
  return true;
}

/** Adds what an extended header says. */
export function readExtended(extended: Extended, { type, content }: { type: string; content: Buffer }): void {
  const text = content.toString("latin1");
  if (type === "x") readPax(text, extended);
  if (type === "L") extended.path = text.replace(/\0+$/, "");
  if (type === "K") extended.link = text.replace(/\0+$/, "");
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

/** A pax header that says all of it; nothing where there is nothing to say. */
export function paxHeader({ path, link, size, records }: Extended): Uint8Array {
  const all = records + paxRecord("size", size) + paxRecord("path", path) + paxRecord("linkpath", link);
  if (all === "") return new Uint8Array();
  const header = Buffer.alloc(TAR_BLOCK);
  setText(header, TAR_FIELDS.name, "PaxHeader");
  setNumber(header, TAR_FIELDS.mode, 0o644);
  setNumber(header, TAR_FIELDS.size, all.length);
  setText(header, TAR_FIELDS.type, "x");
  seal(header);
  return Buffer.concat([header, padded(Buffer.from(all, "latin1"))]);
}

function paxRecord(key: string, value: string | number | undefined): string {
  if (value === undefined) return "";
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}
