import { Buffer } from "node:buffer";
import { paxHeader } from "./extended_header.ts";
import { padded, seal, setNumber, setText, TAR_BLOCK, TAR_END, TAR_FIELDS } from "./tar_header.ts";

/** A tar with one file. */
export function tarOfFile(name: string, content: Uint8Array, mode: number): Uint8Array {
  const header = Buffer.alloc(TAR_BLOCK);
  const path = Buffer.from(name).toString("latin1");
  setText(header, TAR_FIELDS.name, path);
  setNumber(header, TAR_FIELDS.mode, mode);
  setNumber(header, TAR_FIELDS.uid, 0);
  setNumber(header, TAR_FIELDS.gid, 0);
  setNumber(header, TAR_FIELDS.size, content.length);
  setNumber(header, TAR_FIELDS.time, Math.floor(Date.now() / 1000));
  setText(header, TAR_FIELDS.type, "0");
  seal(header);
  const long = path.length > TAR_FIELDS.name.bytes ? paxHeader({ path, records: "" }) : new Uint8Array();
  return Buffer.concat([long, header, padded(content), TAR_END]);
}
