import { succeeded } from "../../process/exit_status.ts";
import { runCommand } from "../../process/run_command.ts";
import type { ToolEnd } from "../../process/start_tool.ts";
import { toolStream } from "../../process/tool_stream.ts";

/** Messages in English, names in UTF-8; and no TAR_OPTIONS of the host's user. */
function tarEnvironment(): ReadonlyMap<string, string> {
  const locale = Deno.build.os === "darwin" ? "en_US.UTF-8" : "C.UTF-8";
  return new Map([["PATH", Deno.env.get("PATH") ?? "/usr/bin:/bin"], ["LC_ALL", locale]]);
}

/** A tar of `paths` below `directory`, by the host's `tar`: pax, or GNU's own, which is smaller and has whole seconds. A failure of it is an error of the stream. For `ownUser` see `ToolOptions`. */
export function packTar(
  directory: string,
  options: {
    paths: readonly string[];
    signal: AbortSignal;
    ownUser?: boolean;
    format?: "pax" | "gnu";
  },
): ReadableStream<Uint8Array> {
  const { ownUser = false, format = "pax", signal } = options;
  return toolStream(["tar", "-c", `--format=${format}`, "-f", "-", "-C", directory, "--null", "-T", "-"], {
    environment: tarEnvironment(),
    stdin: new TextEncoder().encode(options.paths.map((path) => `${path}\0`).join("")),
    signal,
    ownUser,
    isGood: packed,
  });
}

/** GNU tar ends with 1 where a file was written to meanwhile, such as a log: what it read is in the archive. */
export function packed({ status, stderr }: ToolEnd): boolean {
  const grew = status.kind === "exited" && status.code === 1 &&
    stderr.trim().split("\n").every((line) => /: file changed as we read it$/.test(line));
  return succeeded(status) || grew;
}

/**
 * Unpacks a tar below an existing folder, by the host's `tar`: both GNU's and libarchive's refuse `..` and links
 * that lead outside unless told otherwise. Everything belongs to the worker's user; modes are as in the archive.
 */
export async function unpackTar(
  directory: string,
  options: { tar: ReadableStream<Uint8Array>; signal: AbortSignal },
): Promise<void> {
  await runCommand(["tar", "-x", "-p", "--no-same-owner", "-f", "-", "-C", directory], {
    environment: tarEnvironment(),
    stdin: options.tar,
    signal: options.signal,
  });
}
