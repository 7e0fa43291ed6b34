import type { FileEntry, FileKind } from "../machine.ts";
import { LineReader } from "./line_reader.ts";

/** The kinds of files by the upper bits of their mode: inode(7), which macOS shares. */
const KINDS: Readonly<Record<number, FileKind>> = { 0o4: "directory", 0o10: "file", 0o12: "symlink" };

/** Reads what the script LIST prints. */
export async function* fileEntries(output: ReadableStream<Uint8Array>): AsyncGenerator<FileEntry> {
  const reader = new LineReader(output);
  for (let count; (count = await reader.line()) !== undefined;) {
    const states: string[] = [];
    while (states.length < Number(count)) states.push(await reader.line() ?? "-");
    for (const state of states) {
      const path = await reader.until(0);
      const [mode, size] = state.split(" ");
      // It vanished meanwhile.
      if (path === undefined || mode === undefined || size === undefined) continue;
      yield entry(path.slice("./".length), Number(`0x${mode}`), Number(size));
    }
  }
}

function entry(path: string, mode: number, size: number): FileEntry {
  const kind = KINDS[mode >> 12] ?? "other";
  return { path, kind, size: kind === "file" ? size : 0, mode: mode & 0o7777 };
}
