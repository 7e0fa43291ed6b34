import type { Io, ListenedSignal } from "../../lib/cli/io.ts";
import { TextStream } from "../helpers/text_stream.ts";

/** The world around a command, for tests: streams that keep what they get, signals that the test sends. */
export class TestIo implements Io {
  readonly stdout = new TextStream();
  readonly stderr = new TextStream();
  readonly environment: ReadonlyMap<string, string>;
  readonly workingDirectory: string;
  readonly readStdin: () => Promise<string>;
  readonly #callbacks = new Map<ListenedSignal, Set<() => void>>();

  constructor(options: {
    environment?: Readonly<Record<string, string>>;
    workingDirectory?: string;
    stdin?: string;
  } = {}) {
    this.environment = new Map(Object.entries(options.environment ?? {}));
    this.workingDirectory = options.workingDirectory ?? Deno.cwd();
    this.readStdin = () => Promise.resolve(options.stdin ?? "");
  }

  onSignal(signal: ListenedSignal, callback: () => void): Disposable {
    const callbacks = this.#callbacks.get(signal) ?? new Set();
    this.#callbacks.set(signal, callbacks.add(callback));
    return { [Symbol.dispose]: () => void callbacks.delete(callback) };
  }

  /** How many listen to a signal. */
  listeners(signal: ListenedSignal): number {
    return this.#callbacks.get(signal)?.size ?? 0;
  }

  send(signal: ListenedSignal): void {
    for (const callback of [...this.#callbacks.get(signal) ?? []]) callback();
  }
}
