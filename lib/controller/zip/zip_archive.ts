import { crc32 } from "node:zlib";
import {
  dataDescriptor,
  directoryHeader,
  endOfDirectory,
  localHeader,
  type WrittenZipFile,
} from "./zip_records.ts";

/** A file to put into an archive. */
export interface ZipEntry {
  /** With `/` between folders. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly modifiedAt: Date;
  /** Opens the content, which is read when the archive has come so far. */
  readonly open: () => Promise<AsyncIterable<Uint8Array>>;
}

/**
 * Yields a ZIP archive while it reads its files, which are stored as they are: most of what is worth the effort is
 * compressed already. Rejects where a file has another size than was said, or as `open` does.
 */
export async function* zipArchive(entries: readonly ZipEntry[]): AsyncGenerator<Uint8Array> {
  const written: WrittenZipFile[] = [];
  let offset = 0;
  const count = (bytes: Uint8Array) => {
    offset += bytes.length;
    return bytes;
  };
  for (const entry of entries) {
    const file = toFile(entry);
    const start = offset;
    yield count(localHeader(file));
    const body = { crc: 0, size: 0 };
    for await (const chunk of await entry.open()) {
      body.crc = crc32(chunk, body.crc);
      body.size += chunk.length;
      yield count(chunk);
    }
    if (body.size !== file.size) {
      throw new Error(`Archiving ${entry.path}: it has ${body.size} bytes and not ${file.size} any more`);
    }
    const done = { ...file, crc: body.crc, offset: start };
    yield count(dataDescriptor(done));
    written.push(done);
  }
  const directory = { files: written.length, size: 0, offset };
  for (const file of written) {
    const header = directoryHeader(file);
    directory.size += header.length;
    yield header;
  }
  yield endOfDirectory(directory);
}

/** The bytes of the archive that `zipArchive` makes. */
export function zipLength(entries: readonly Pick<ZipEntry, "path" | "size" | "modifiedAt">[]): number {
  let offset = 0;
  let size = 0;
  for (const entry of entries) {
    const file = { ...toFile(entry), crc: 0, offset };
    size += directoryHeader(file).length;
    offset += localHeader(file).length + file.size + dataDescriptor(file).length;
  }
  return offset + size + endOfDirectory({ files: entries.length, size, offset }).length;
}

function toFile({ path, size, modifiedAt }: Pick<ZipEntry, "path" | "size" | "modifiedAt">) {
  // A program on Windows would take a backslash for the border of a folder, and leave the folder that it unpacks to.
  return { name: new TextEncoder().encode(path.replaceAll("\\", "_")), size, modifiedAt };
}
