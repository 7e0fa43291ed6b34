import { join } from "node:path";
import type { FileEntry, MachineFiles } from "../machine.ts";
import { refusePipe, requireFile } from "./require_file.ts";
import { copyFiles } from "./copy_files.ts";
import { removeTree } from "./remove_tree.ts";
import { listTree } from "./list_tree.ts";
import { packTar, unpackTar } from "./tar.ts";

/** The files of this host. Everything rejects with the reason of `signal` once that has aborted. */
export class LocalFiles implements MachineFiles {
  readonly temporaryDirectory: string;
  /** Aborts when the machine is disposed. */
  protected readonly signal: AbortSignal;

  constructor(options: { temporaryDirectory: string; signal: AbortSignal }) {
    this.temporaryDirectory = options.temporaryDirectory;
    this.signal = options.signal;
  }

  async read(path: string): Promise<ReadableStream<Uint8Array>> {
    this.signal.throwIfAborted();
    await requireFile(path);
    return (await Deno.open(path)).readable;
  }

  async write(
    path: string,
    content: Uint8Array | ReadableStream<Uint8Array>,
    options: { mode?: number } = {},
  ): Promise<void> {
    this.signal.throwIfAborted();
    const { mode } = options;
    using file = await openToWrite(path, mode);
    // Before the first byte is in it: the file may have been there with a wider mode.
    if (mode !== undefined && Deno.build.os !== "windows") await Deno.chmod(path, mode);
    if (content instanceof ReadableStream) return await content.pipeTo(file.writable);
    for (let written = 0; written < content.length;) written += await file.write(content.subarray(written));
  }

  async makeDirectory(path: string): Promise<void> {
    this.signal.throwIfAborted();
    await Deno.mkdir(path, { recursive: true });
  }

  async remove(path: string): Promise<void> {
    this.signal.throwIfAborted();
    await removeTree(path);
  }

  async *list(path: string): AsyncIterable<FileEntry> {
    this.signal.throwIfAborted();
    yield* listTree(path);
  }

  async pack(directory: string, paths: readonly string[]): Promise<ReadableStream<Uint8Array>> {
    this.signal.throwIfAborted();
    for (const path of paths) await Deno.lstat(join(directory, path));
    return packTar(directory, { paths, signal: this.signal });
  }

  async unpack(directory: string, tar: ReadableStream<Uint8Array>): Promise<void> {
    await this.makeDirectory(directory);
    await unpackTar(directory, { tar, signal: this.signal });
  }

  async copyFromHost(
    from: string,
    paths: AsyncIterable<string>,
    to: string,
    options: { signal: AbortSignal },
  ): Promise<void> {
    await copyFiles({ from, paths, to }, { signal: AbortSignal.any([options.signal, this.signal]) });
  }
}

/** Most files are new, and opening one that is cannot wait for somebody at the other end of a pipe. */
async function openToWrite(path: string, mode: number | undefined): Promise<Deno.FsFile> {
  const options = { write: true, ...(mode !== undefined && { mode }) };
  try {
    return await Deno.open(path, { ...options, createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  await refusePipe(path);
  return await Deno.open(path, { ...options, create: true, truncate: true });
}
