import type { ControllerClient } from "../controller_client/controller_client.ts";
import type { OutputStream } from "../io.ts";

/** How much of a log is read at once, in bytes. */
const SLICE_BYTES = 256 * 1024;

export interface LogPrinterOptions {
  readonly client: Pick<ControllerClient, "readLog">;
  readonly taskId: string;
  readonly stdout: OutputStream;
  /** `bare`: nothing but what was printed; `headed`: the name of each command above it; `json`: a line for each piece. */
  readonly style: "bare" | "headed" | "json";
}

interface Progress {
  offset: number;
  readonly decoder: TextDecoder;
}

/** Prints logs of a task as far as they go, each byte once. */
export class LogPrinter {
  readonly #options: LogPrinterOptions;
  readonly #progress = new Map<string, Progress>();
  /** The command whose output stands last. */
  #last: string | undefined;

  constructor(options: LogPrinterOptions) {
    this.#options = options;
  }

  /** Prints what there is of a log beyond what was printed. Resolves with whether it ever printed any. */
  async print(command: string): Promise<boolean> {
    const { client, taskId } = this.#options;
    const progress = this.#progress.get(command) ?? { offset: 0, decoder: new TextDecoder() };
    this.#progress.set(command, progress);
    for (;;) {
      const slice = await client.readLog({ taskId, command }, {
        offset: progress.offset,
        length: SLICE_BYTES,
      });
      if (slice === undefined || slice.bytes.length === 0) return progress.offset > 0;
      progress.offset += slice.bytes.length;
      await this.#write(command, progress.decoder.decode(slice.bytes, { stream: true }));
    }
  }

  /** The task starts over: its logs do too. */
  startOver(): void {
    this.#progress.clear();
    this.#last = undefined;
  }

  async #write(command: string, text: string): Promise<void> {
    const { stdout, style, taskId: task } = this.#options;
    if (style === "json") return await stdout.write(`${JSON.stringify({ task, command, text })}\n`);
    if (style === "headed" && command !== this.#last) {
      await stdout.write(`${this.#last === undefined ? "" : "\n"}==> ${command}\n`);
    }
    this.#last = command;
    await stdout.write(text);
  }
}
