import { isUtf8 } from "node:buffer";
import { posix } from "node:path";
import { packTar } from "../local/tar.ts";
import type { FileEntry, MachineCommand, MachineFiles } from "../machine.ts";
import { ArchiveCopy, type ArchiveCopyOptions } from "./archive_copy.ts";
import { listCommand, parseListing } from "./file_listing.ts";
import { printedBy } from "./printed_by.ts";
import { shellQuote } from "../shell_quote.ts";
import { type TarEntry, TarReader } from "./tar_entries.ts";
import { tarOfFile } from "./tar_file.ts";

/** What is written by a shell's own means, which is faster than a copy by the engine; in bytes. */
const SMALL = 64 * 1024;

export interface ContainerFilesOptions extends ArchiveCopyOptions {
  /** What the container's programs have in their environment. */
  readonly environment: ReadonlyMap<string, string>;
}

/**
 * The files of a container, as its own user sees them. Bytes come in by the engine's archive copy, which needs no
 * program in the image and gives them to that user. They go out by the image's own programs, which are faster, else by
 * that copy. What that copy does not reach, such as a tmpfs, is left to the image's `tar`.
 */
export class ContainerFiles implements MachineFiles {
  readonly temporaryDirectory = "/tmp";
  readonly #options: ContainerFilesOptions;
  readonly #archives: ArchiveCopy;

  constructor(options: ContainerFilesOptions) {
    this.#options = options;
    this.#archives = new ArchiveCopy(options);
  }

  /** Writes those files of a command that no shell can write, and leaves it the others. */
  async place(command: MachineCommand): Promise<MachineCommand> {
    const files = [];
    for (const file of command.files ?? []) {
      if (isShellText(file.content)) files.push(file);
      else await this.write(file.path, file.content, { mode: file.mode ?? 0o600 });
    }
    return { ...command, files };
  }

  async read(path: string): Promise<ReadableStream<Uint8Array>> {
    this.#options.signal.throwIfAborted();
    if (/^\/(proc|sys)\//.test(path)) {
      return ReadableStream.from([
        new TextEncoder().encode(await this.#options.shell.readLines(shellQuote(path))),
      ]);
    }
    await this.#look(path, "Reading");
    const cat = this.#options.facts.tools.get("cat");
    if (cat !== undefined) return await this.#print(`Reading ${path}`, [cat, "--", path]);
    const tar = new TarReader(this.#archives.from(path));
    const entry = await tar.next();
    if (entry?.kind === "file") return ReadableStream.from(tar.content());
    await tar.cancel();
    throw new Error(`Reading ${path}: it is no file`);
  }

  async write(
    path: string,
    content: Uint8Array | ReadableStream<Uint8Array>,
    options: { mode?: number } = {},
  ): Promise<void> {
    const { mode } = options;
    const doing = `Writing ${path}`;
    const target = shellQuote(path);
    const directory = posix.dirname(path);
    await this.#look(directory, "Writing to", "directory");
    if (mode !== undefined) {
      await this.#request(doing, `(umask 077; : >${target}) && chmod ${mode.toString(8)} ${target}`);
    }
    const bytes = content instanceof Uint8Array ? content : await new Response(content).bytes();
    if (isShellText(bytes) && bytes.length <= SMALL) {
      return await this.#request(
        doing,
        `printf %s ${shellQuote(new TextDecoder().decode(bytes))} >${target}`,
      );
    }
    const file = tarOfFile(posix.basename(path), bytes, mode ?? 0o644);
    await this.#archives.into(directory, ReadableStream.from([file]));
  }

  async makeDirectory(path: string): Promise<void> {
    this.#options.signal.throwIfAborted();
    await this.#request(`Making the directory ${path}`, `mkdir -p -- ${shellQuote(path)}`);
  }

  async remove(path: string): Promise<void> {
    const remove = 'rm -rf -- "$1" && exit; chmod -R u+rwx -- "$1"; exec rm -rf -- "$1"';
    const removed = await this.#print(`Removing ${path}`, ["/bin/sh", "-c", remove, "sh", path]);
    for await (const _ of removed) { /* its end tells */ }
  }

  async *list(path: string): AsyncIterable<FileEntry> {
    await this.#look(path, "Listing", "directory");
    const { tools } = this.#options.facts;
    const find = tools.get("find");
    const stat = tools.get("stat");
    if (find !== undefined && stat !== undefined) {
      const nonce = crypto.randomUUID();
      const output = await this.#print(`Listing ${path}`, listCommand({ find, stat, nonce }), path);
      return yield* parseListing(output, nonce);
    }
    const tar = new TarReader(this.#archives.from(`${path}/.`));
    const entries: FileEntry[] = [];
    for (let entry; (entry = await tar.next());) {
      const below = posix.normalize(entry.path).replace(/\/$/, "");
      if (below !== ".") entries.push(fileEntry(below, entry));
    }
    // An archive has a folder before what is in it.
    yield* entries.reverse();
  }

  async pack(directory: string, paths: readonly string[]): Promise<ReadableStream<Uint8Array>> {
    this.#options.signal.throwIfAborted();
    for (const path of paths) await this.#look(posix.join(directory, path), "Packing");
    const tar = this.#options.facts.tools.get("tar");
    if (tar !== undefined) {
      return await this.#print(`Packing ${directory}`, [tar, "-c", "-f", "-", "--", ...paths], directory);
    }
    return this.#archives.pack(directory, paths);
  }

  async unpack(directory: string, tar: ReadableStream<Uint8Array>): Promise<void> {
    await this.makeDirectory(directory);
    await this.#archives.into(directory, tar);
  }

  async copyFromHost(
    from: string,
    paths: AsyncIterable<string>,
    to: string,
    options: { signal: AbortSignal },
  ): Promise<void> {
    const signal = AbortSignal.any([options.signal, this.#options.signal]);
    const listed = await Array.fromAsync(paths);
    // Half as much to read, write and unpack for small files. The tar of macOS, libarchive's, writes pax only.
    const format = Deno.build.os === "linux" ? "gnu" : "pax";
    await this.makeDirectory(to);
    if (listed.length > 0) {
      await this.#archives.into(to, packTar(from, { paths: listed, format, signal }), { signal });
    }
  }

  /** Rejects when there is nothing at a path, or not what is wanted. */
  async #look(path: string, doing: string, wanted?: "directory"): Promise<void> {
    this.#options.signal.throwIfAborted();
    const word = shellQuote(path);
    const { text } = await this.#options.shell.request(
      `if [ -d ${word} ]; then echo directory; elif [ -e ${word} ] || [ -L ${word} ]; then echo file; fi`,
    );
    if (text === "") throw new Deno.errors.NotFound(`${doing} ${path}: there is no such file`);
    if (text === "file" && wanted) {
      throw new Deno.errors.NotADirectory(`${doing} ${path}: it is no directory`);
    }
  }

  #print(doing: string, argv: MachineCommand["argv"], workingDirectory = "/") {
    const { shell, environment, signal } = this.#options;
    return printedBy(shell, { doing, signal, command: { argv, environment, workingDirectory } });
  }

  async #request(doing: string, text: string): Promise<void> {
    const answer = await this.#options.shell.request(text);
    if (answer.code !== 0) throw new Error(`${doing}: ${answer.text.trim() || `exit status ${answer.code}`}`);
  }
}

/** Whether a shell can write it: text without NUL. */
function isShellText(content: Uint8Array): boolean {
  return !content.includes(0) && isUtf8(content);
}

function fileEntry(path: string, { kind, size, mode }: TarEntry): FileEntry {
  return { path, kind, size: kind === "file" ? size : 0, mode };
}
