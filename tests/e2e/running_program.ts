import { withGrace } from "../../lib/async/grace.ts";

/** How long a test waits for the program to end or to print something before it fails. */
const WAIT_MS = 60_000;

/** How a program ended and what it printed. */
export interface ProgramEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs. Its output is collected. */
export class RunningProgram {
  readonly #child: Deno.ChildProcess;
  readonly #printed = { stdout: "", stderr: "" };
  readonly #arrivals = new EventTarget();
  readonly #unread = new AbortController();
  /** Rejects when it takes too long; the program is killed then. */
  readonly ended: Promise<ProgramEnd>;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.ended = this.#end();
    this.ended.catch(() => {});
  }

  /** Resolves once the program has printed a text, with all that it has printed by then. */
  async hasPrinted(text: string, stream: "stdout" | "stderr" = "stdout"): Promise<string> {
    await withGrace(`waiting for ${JSON.stringify(text)}`, WAIT_MS, async (signal) => {
      while (!this.#printed[stream].includes(text)) {
        await new Promise((resolve) =>
          this.#arrivals.addEventListener("text", resolve, { once: true, signal })
        );
      }
    }).catch((error) => {
      this.#child.kill("SIGKILL");
      throw new Error(`${error.message}; it printed ${JSON.stringify(this.#printed)}`);
    });
    return this.#printed[stream];
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Types on the program's terminal. */
  async type(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    writer.releaseLock();
  }

  /** Reads no more of standard output, as `head` does when it has enough. */
  closeOutput(): void {
    this.#unread.abort();
  }

  async #end(): Promise<ProgramEnd> {
    const end = Promise.all([this.#child.status, this.#collect("stdout"), this.#collect("stderr")]);
    try {
      const [{ code }] = await withGrace("waiting for the program to end", WAIT_MS, () => end);
      await this.#child.stdin.close();
      return { code, ...this.#printed };
    } catch (error) {
      this.#child.kill("SIGKILL");
      throw error;
    }
  }

  async #collect(stream: "stdout" | "stderr"): Promise<void> {
    const reader = this.#child[stream].getReader();
    if (stream === "stdout") this.#unread.signal.addEventListener("abort", () => reader.cancel());
    const decoder = new TextDecoder();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      this.#printed[stream] += decoder.decode(next.value, { stream: true });
      this.#arrivals.dispatchEvent(new Event("text"));
    }
  }
}
