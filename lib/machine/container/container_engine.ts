import { tmpdir } from "node:os";
import { join } from "node:path";
import { AbortReason } from "../../async/abort_reason.ts";
import { succeeded } from "../../process/exit_status.ts";
import { type CommandResult, runCommand, type RunOptions } from "../../process/run_command.ts";
import { type Dialog, startDialog } from "../../process/start_dialog.ts";
import { ToolError } from "../../process/tool_error.ts";
import { toolStream } from "../../process/tool_stream.ts";
import { makePrivateDirectory } from "../local/private_directory.ts";
import { removeTree } from "../local/remove_tree.ts";
import { ENGINE_ERRORS, type EngineError } from "./engine_error.ts";
import type { EngineName } from "./engine_name.ts";

/** Everything but pulls and copies is done within seconds; an engine that takes longer hangs. In milliseconds. */
const CALL_MS = 60_000;

/** How long a copy may take; in milliseconds. */
const COPY_MS = 2 * 3_600_000;

/** Of what an engine printed, how many lines are looked at for the cause of its failure. */
const KEPT_LINES = 20;

/**
 * A container engine, by its own program: that one knows contexts, remote hosts and credentials. The program has
 * the worker's own environment, never a task's.
 */
export class ContainerEngine {
  constructor(readonly name: EngineName) {}

  /** Runs a command of the engine to its end. Rejects with `EngineError`; `doing` begins its message. */
  async run(
    doing: string,
    args: readonly string[],
    options: Pick<RunOptions, "signal" | "stdin" | "timeoutMs" | "environment"> = {},
  ): Promise<CommandResult> {
    try {
      return await runCommand([this.name, ...args], { timeoutMs: CALL_MS, ...options });
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      throw this.errorOf(doing, error);
    }
  }

  /** As `run`, with what the engine prints as text. */
  async ask(doing: string, args: readonly string[], options: { signal?: AbortSignal } = {}): Promise<string> {
    const { stdout } = await this.run(doing, args, options);
    return new TextDecoder().decode(stdout).trim();
  }

  /**
   * As `run`, for what takes long: `line` is given each line that the engine prints, on either output. One that is
   * silent for `silenceMs` is ended.
   */
  async follow(
    doing: string,
    args: readonly string[],
    options: {
      line: (line: string) => void;
      silenceMs: number;
      signal: AbortSignal;
      /** Added to the environment of the engine's program. */
      variables?: ReadonlyMap<string, string>;
    },
  ): Promise<void> {
    const { line, silenceMs, signal } = options;
    signal.throwIfAborted();
    await using dialog = this.talk(doing, args, options);
    const { promise: stopped, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    const silent = () =>
      reject(new AbortReason("timeout", `${doing}: ${this.name} said nothing for ${silenceMs / 1000} s`));
    let timer = setTimeout(silent, silenceMs);
    const said: string[] = [];
    const read = async (stream: ReadableStream<Uint8Array>) => {
      for await (const text of lines(stream)) {
        clearTimeout(timer);
        timer = setTimeout(silent, silenceMs);
        said.push(text);
        if (said.length > KEPT_LINES) said.shift();
        line(text);
      }
    };
    try {
      await dialog.stdin.close().catch(() => {});
      const finished = Promise.all([dialog.status, read(dialog.stdout), read(dialog.stderr)]);
      const [status] = await Promise.race([finished, stopped]);
      if (succeeded(status)) return;
      throw this.errorOf(doing, ToolError.of(this.name, { status, stderr: said.join("\n") }));
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** What a command of the engine prints; its failure is an error of the stream. */
  stream(args: readonly string[], options: { signal: AbortSignal }): ReadableStream<Uint8Array> {
    return toolStream([this.name, ...args], options);
  }

  /** Starts a command of the engine that is talked to. `variables` are added to its environment. */
  talk(
    doing: string,
    args: readonly string[],
    { variables }: { variables?: ReadonlyMap<string, string> } = {},
  ): Dialog {
    const environment = variables && new Map([...Object.entries(Deno.env.toObject()), ...variables]);
    try {
      return startDialog([this.name, ...args], {
        ...environment && { environment },
        // Where memory ran out, Podman's conmon leaves a file `oom` in its working directory, if it can.
        ...this.name === "podman" && Deno.build.os === "linux" && { workingDirectory: "/proc" },
      });
    } catch (error) {
      throw this.errorOf(doing, error);
    }
  }

  /** Unpacks a tar below the root of a container. */
  async unpack(
    doing: string,
    options: { container: string; tar: ReadableStream<Uint8Array>; signal: AbortSignal },
  ): Promise<void> {
    const { container, tar, signal } = options;
    const args = ["cp", "--archive=false", "-", `${container}:/`];
    await using spool = this.name === "podman" ? await makeSpool() : undefined;
    await this.run(doing, args, {
      stdin: tar,
      signal,
      timeoutMs: COPY_MS,
      ...spool && { environment: new Map([...Object.entries(Deno.env.toObject()), ["TMPDIR", spool.path]]) },
    });
  }

  /** What a failure of the engine's program means. */
  errorOf(doing: string, error: unknown): EngineError {
    return ENGINE_ERRORS[this.name](doing, error);
  }

  /** Removes a container with its anonymous volumes, whatever state it is in; one that is gone is fine. */
  async remove(container: string, options: { signal?: AbortSignal } = {}): Promise<void> {
    // Podman asks a container to stop first and waits 10 s; Docker kills it, and knows no such flag.
    const now = this.name === "podman" ? ["--time", "0"] : [];
    try {
      await this.run(
        `Removing the container ${container}`,
        ["rm", "--force", "--volumes", ...now, container],
        options,
      );
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

/** Podman writes all that it is to unpack to a file in TMPDIR first, and leaves that there (seen with 4.3.1). */
async function makeSpool(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = join(tmpdir(), `cirrus-copy-${crypto.randomUUID()}`);
  await makePrivateDirectory(path);
  return { path, [Symbol.asyncDispose]: () => removeTree(path) };
}

/** Whether an engine said that what it was asked about does not exist. */
export function isMissing(error: unknown): error is EngineError {
  return error instanceof Error && "kind" in error && error.kind === "missing";
}

/** The lines of a stream that say something. */
async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let unread = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const split = (unread + text).split(/[\r\n]+/);
    unread = split.pop() ?? "";
    yield* split.filter((line) => line.trim() !== "");
  }
  if (unread.trim() !== "") yield unread;
}
