import { dirname } from "node:path";
import { runCommand } from "../../process/run_command.ts";
import { LocalFiles } from "./local_files.ts";
import { refusePipe, requireFile } from "./require_file.ts";
import { removeAsUser } from "./remove_as_user.ts";
import { packTar } from "./tar.ts";
import { toolStream } from "../../process/tool_stream.ts";

/** Writes what it reads to a file, whose mode is set before the first byte is in it. */
const WRITE = 'if [ -n "$2" ]; then umask 077; : > "$1"; chmod "$2" "$1"; fi; cat > "$1"';

/**
 * The files of this host where programs run as another user than this process, which is root: everything that
 * opens, makes or removes a file is done by programs of that user, so that no link of a task's leads root anywhere.
 */
export class UserFiles extends LocalFiles {
  override async read(path: string): Promise<ReadableStream<Uint8Array>> {
    this.signal.throwIfAborted();
    await requireFile(path);
    return toolStream(["cat", "--", path], { signal: this.signal });
  }

  override async write(
    path: string,
    content: Uint8Array | ReadableStream<Uint8Array>,
    options: { mode?: number } = {},
  ): Promise<void> {
    await Deno.stat(dirname(path));
    await refusePipe(path);
    const mode = options.mode === undefined ? "" : options.mode.toString(8);
    await runCommand(["/bin/sh", "-ec", WRITE, "sh", path, mode], { stdin: content, signal: this.signal });
  }

  override async makeDirectory(path: string): Promise<void> {
    await runCommand(["mkdir", "-p", "--", path], { signal: this.signal });
  }

  override async remove(path: string): Promise<void> {
    this.signal.throwIfAborted();
    await removeAsUser(path, { signal: this.signal });
  }

  override async copyFromHost(
    from: string,
    paths: AsyncIterable<string>,
    to: string,
    options: { signal: AbortSignal },
  ): Promise<void> {
    const signal = AbortSignal.any([options.signal, this.signal]);
    await this.unpack(to, packTar(from, { paths: await Array.fromAsync(paths), signal }));
  }
}
