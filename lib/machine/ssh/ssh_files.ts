import type { FileEntry, MachineFiles, Platform } from "../machine.ts";
import { runCommand } from "../../process/run_command.ts";
import { packed, packTar } from "../local/tar.ts";
import { copyOneByOne } from "./copy_one_by_one.ts";
import { fileEntries } from "./file_entries.ts";
import { runRemoteTool, startRemoteTool, type ToolCall } from "./remote_tool.ts";
import type { ShellOptions } from "./remote_shell.ts";
import type { Sessions } from "./sessions.ts";
import {
  LINK,
  LIST,
  LOOK_FOR_TAR,
  MAKE_DIRECTORY,
  PACK,
  READ,
  REMOVE,
  UNPACK,
  WRITE,
} from "./tool_scripts.ts";

/**
 * The files of a VM, by its own tools in sessions of their own: whole folders as a tar, single files by cat. Not by SFTP:
 * its server is started by the user's shell, so that a start-up file which prints anything breaks it, and it has
 * no folders, so that 20,000 files are as many times four round trips. Large files are no faster by it; only single
 * small ones are, as it needs no process for each (the bench `ssh`), and the worker moves few of those.
 */
export class SshFiles implements MachineFiles {
  readonly temporaryDirectory = "/tmp";
  readonly #sessions: Sessions;
  readonly #platform: Platform;
  readonly #options: ShellOptions;

  constructor(sessions: Sessions, options: ShellOptions & { platform: Platform }) {
    this.#sessions = sessions;
    this.#platform = options.platform;
    this.#options = options;
  }

  async read(path: string): Promise<ReadableStream<Uint8Array>> {
    return await this.#begin({ name: "cat", script: READ, args: [path] });
  }

  async write(
    path: string,
    content: Uint8Array | ReadableStream<Uint8Array>,
    options: { mode?: number } = {},
  ): Promise<void> {
    const stdin = content instanceof Uint8Array ? ReadableStream.from([content]) : content;
    await this.#run({ name: "cat", script: WRITE, args: [path, options.mode?.toString(8) ?? ""], stdin });
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#run({ name: "mkdir", script: MAKE_DIRECTORY, args: [path] });
  }

  async remove(path: string): Promise<void> {
    await this.#run({ name: "rm", script: REMOVE, args: [path] });
  }

  async *list(path: string): AsyncIterable<FileEntry> {
    const stat = this.#platform.os === "linux" ? ["-c", "%f %s"] : ["-f", "%Xp %z"];
    const args = [path, ...stat];
    yield* fileEntries(
      await startRemoteTool(this.#sessions, { name: "find", script: LIST, args }, this.#options),
    );
  }

  async pack(directory: string, paths: readonly string[]): Promise<ReadableStream<Uint8Array>> {
    return await this.#begin({
      name: "tar",
      script: PACK,
      args: [directory, this.#locale, ...paths],
      isGood: packed,
    });
  }

  async unpack(directory: string, tar: ReadableStream<Uint8Array>): Promise<void> {
    await this.#run({ name: "tar", script: UNPACK, args: [directory, this.#locale], stdin: tar });
  }

  async copyFromHost(
    from: string,
    paths: AsyncIterable<string>,
    to: string,
    options: { signal: AbortSignal },
  ): Promise<void> {
    const signal = AbortSignal.any([options.signal, this.#options.signal]);
    if (await this.#isTarOnBothSides()) {
      return await this.unpack(to, packTar(from, { paths: await Array.fromAsync(paths), signal }));
    }
    const link = (path: string, target: string) =>
      this.#run({ name: "ln", script: LINK, args: [path, target] });
    await copyOneByOne({ from, paths, to }, { files: this, link, signal });
  }

  async #isTarOnBothSides(): Promise<boolean> {
    const here = await runCommand(["tar", "--version"], { timeoutMs: 10_000 }).then(() => true, () => false);
    const call = { name: "command", script: LOOK_FOR_TAR };
    return here && await runRemoteTool(this.#sessions, call, this.#options) === "yes\n";
  }

  /** bsdtar reads and writes names that are not ASCII only in a locale that has them. */
  get #locale(): string {
    return this.#platform.os === "darwin" ? "en_US.UTF-8" : "C.UTF-8";
  }

  async #run(call: ToolCall): Promise<void> {
    await runRemoteTool(this.#sessions, call, this.#options);
  }

  /** Resolves once it is known that the tool has something to say, or nothing. */
  async #begin(call: ToolCall): Promise<ReadableStream<Uint8Array>> {
    const reader = (await startRemoteTool(this.#sessions, call, this.#options)).getReader();
    let first: ReadableStreamReadResult<Uint8Array> | undefined = await reader.read();
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { value } = first ?? await reader.read();
        first = undefined;
        if (value) controller.enqueue(value);
        else controller.close();
      },
      cancel: (reason) => reader.cancel(reason),
    }, { highWaterMark: 0 });
  }
}
