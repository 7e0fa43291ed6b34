import { join } from "node:path";

const SERVER = join(import.meta.dirname ?? ".", "file_store_server.ts");

/** `file_store_server.ts` in a process of its own, which is killed when this is disposed. */
export class FileStore implements AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess, port: string) {
    this.#child = child;
    this.host = `127.0.0.1:${port}`;
  }

  /** `folder` is an existing one. */
  static async start(folder: string): Promise<FileStore> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", SERVER, folder],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let printed = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      printed += text;
      if (printed.endsWith("\n")) break;
    }
    return new FileStore(child, printed.trim());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}
