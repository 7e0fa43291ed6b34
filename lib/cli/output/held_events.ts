import type { TaskEvent } from "./run_event.ts";

/** Events that are shown later, kept in a temporary file: a task's output may be larger than the memory. */
export class HeldEvents implements AsyncDisposable {
  readonly #file: Deno.FsFile;
  readonly #path: string;

  private constructor(file: Deno.FsFile, path: string) {
    this.#file = file;
    this.#path = path;
  }

  static async create(): Promise<HeldEvents> {
    const path = await Deno.makeTempFile({ prefix: "cirrus-run-" });
    return new HeldEvents(await Deno.open(path, { read: true, write: true }), path);
  }

  async add(event: TaskEvent): Promise<void> {
    const line = new TextEncoder().encode(`${JSON.stringify(event)}\n`);
    for (let at = 0; at < line.length;) at += await this.#file.write(line.subarray(at));
  }

  /** The events in the order they were added. Nothing can be added any more. */
  async *replay(): AsyncGenerator<TaskEvent> {
    await this.#file.seek(0, Deno.SeekMode.Start);
    let rest = "";
    for await (const text of this.#file.readable.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield JSON.parse(line);
    }
  }

  /** Removes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#file.close();
    } catch (error) {
      // A replay that came to its end has closed it.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
    await Deno.remove(this.#path);
  }
}
