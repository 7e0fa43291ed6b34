import { errorMessage } from "../diagnostics/error_message.ts";
import type { Io, ListenedSignal, OutputStream } from "./io.ts";

/** The program's own streams, environment, directory and signals. */
export function processIo(): Io {
  return {
    stdout: outputStream("standard output", Deno.stdout),
    stderr: outputStream("standard error", Deno.stderr),
    readStdin: () => new Response(Deno.stdin.readable).text(),
    environment: new Map(Object.entries(Deno.env.toObject())),
    workingDirectory: Deno.cwd(),
    onSignal,
  };
}

/** The part of `Deno.stdout` that is used here. */
interface Writer {
  write(bytes: Uint8Array): Promise<number>;
  writeSync(bytes: Uint8Array): number;
  isTerminal(): boolean;
}

function outputStream(name: string, writer: Writer): OutputStream {
  const encoder = new TextEncoder();
  const isTerminal = writer.isTerminal();
  let last: Promise<void> = Promise.resolve();
  const writeAll = async (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length;) at += await writer.write(bytes.subarray(at));
  };
  return {
    write(text) {
      last = last.then(() => writeAll(encoder.encode(text)));
      return last.catch((error) => {
        throw new Error(`Cannot write to ${name}: ${errorMessage(error)}`, { cause: error });
      });
    },
    writeSync(text) {
      const bytes = encoder.encode(text);
      for (let at = 0; at < bytes.length;) at += writer.writeSync(bytes.subarray(at));
    },
    terminalSize: () => isTerminal ? Deno.consoleSize() : undefined,
  };
}

function onSignal(signal: ListenedSignal, callback: () => void): Disposable {
  // Windows knows Ctrl-C and, for the closing of its window, SIGHUP; listening to anything else there throws.
  if (Deno.build.os === "windows" && signal !== "SIGINT" && signal !== "SIGHUP") {
    return { [Symbol.dispose]() {} };
  }
  Deno.addSignalListener(signal, callback);
  return { [Symbol.dispose]: () => Deno.removeSignalListener(signal, callback) };
}
