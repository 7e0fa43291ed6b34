import type { FileEntry, FileKind } from "../machine.ts";

/** Of a mode, the bits that say what kind of file it is: inode(7). */
const KIND_BITS = 0o170000;
const KINDS: ReadonlyMap<number, FileKind> = new Map([
  [0o100000, "file"],
  [0o040000, "directory"],
  [0o120000, "symlink"],
]);

/**
 * Lists everything below the current folder, depth first, by programs that GNU and busybox have alike. Each line
 * begins with `nonce`, as names may have line ends in them.
 */
export function listCommand(
  { find, stat, nonce }: { find: string; stat: string; nonce: string },
): [string, ...string[]] {
  return [find, ".", "-depth", "-exec", stat, "-c", `${nonce} %f %s %n`, "{}", "+"];
}

/** Reads what that prints. A name that is not UTF-8 counts as `other`. */
export async function* parseListing(
  output: ReadableStream<Uint8Array>,
  nonce: string,
): AsyncGenerator<FileEntry> {
  let unread = "";
  const separator = `${nonce} `;
  for await (const text of output.pipeThrough(new TextDecoderStream())) {
    unread += text;
    const records = unread.split(separator);
    unread = separator + (records.pop() ?? "");
    for (const record of records) yield* parseRecord(record);
  }
  yield* parseRecord(unread.slice(separator.length));
}

function* parseRecord(record: string): Generator<FileEntry> {
  const [, modeText = "", sizeText, path] = /^([0-9a-f]+) (\d+) \.\/([^]*)\n$/.exec(record) ?? [];
  if (path === undefined) return;
  const mode = parseInt(modeText, 16);
  const kind = path.includes("\u{FFFD}") ? "other" : KINDS.get(mode & KIND_BITS) ?? "other";
  yield { path, kind, size: kind === "file" ? Number(sizeText) : 0, mode: mode & 0o7777 };
}
