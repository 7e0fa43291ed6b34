import type { LineOutput } from "../../logging/line_output.ts";
import { openLog } from "../../logging/open_log.ts";
import { formatDuration } from "../../units/duration.ts";
import { defaultStateDirectory } from "../../worker/state_directory.ts";
import { ExitCode } from "../exit_code.ts";
import { folderOfFlag } from "../folder_of_flag.ts";
import type { Io } from "../io.ts";
import { createRenderer } from "../output/create_renderer.ts";
import type { Renderer } from "../output/renderer.ts";
import { cacheDirectory } from "./cache_directory.ts";
import { executeRun } from "./execute_run.ts";
import { HeldLines } from "./held_lines.ts";
import { Interruption } from "../interruption.ts";
import { resolveOutputFormat } from "./output_format.ts";
import { type PreparedRun, prepareRun } from "./prepare_run.ts";
import { RunTally } from "./run_tally.ts";
import type { RunFlags } from "./run_flags.ts";

/** `cirrus run`: runs the tasks of the current directory's `.cirrus.yml` on this machine. */
export async function runTasks(flags: RunFlags, io: Io, wanted?: string): Promise<number> {
  using interruption = new Interruption(io);
  try {
    const artifactsDirectory = flags.artifactsDir &&
      await folderOfFlag(flags.artifactsDir, {
        flag: "--artifacts-dir",
        workingDirectory: io.workingDirectory,
      });
    const request = { flags, wanted, project: io.workingDirectory };
    const prepared = await prepareRun(request, { io, signal: interruption.asked });
    const isTerminal = io.stdout.terminalSize() !== undefined && io.environment.get("TERM") !== "dumb";
    const format = resolveOutputFormat(flags.output, { environment: io.environment, isTerminal });
    await using renderer = createRenderer(format, io);
    const tally = await runAndShow(prepared, { flags, artifactsDirectory, io, interruption, renderer });
    return interruption.exitCode ?? (tally.failed ? ExitCode.failure : ExitCode.success);
  } catch (error) {
    // What an interruption breaks off is no failure of its own.
    if (interruption.exitCode !== undefined) return interruption.exitCode;
    throw error;
  }
}

/** Runs, shows what happens and in the end the sum of it, which it resolves with. */
async function runAndShow(
  prepared: PreparedRun,
  options: {
    readonly flags: RunFlags;
    readonly artifactsDirectory: string | undefined;
    readonly io: Io;
    readonly interruption: Interruption;
    readonly renderer: Renderer;
  },
): Promise<RunTally> {
  const { flags, artifactsDirectory, io, interruption, renderer } = options;
  const startedAt = performance.now();
  const tally = new RunTally();
  const held = new HeldLines();
  using log = flags.verbose || io.debug
    ? openLog({ level: "debug", output: lineOutput((line) => showNote(renderer, line)) })
    : openLog({ level: "warning", output: lineOutput((line) => held.add(line)) });
  try {
    await executeRun(prepared, {
      project: io.workingDirectory,
      dirty: flags.dirty,
      lazyPull: { tart: flags.tartLazyPull, vetu: flags.vetuLazyPull },
      stateDirectory: flags.stateDir ?? defaultStateDirectory(),
      cacheDirectory: flags.noCache
        ? undefined
        : cacheDirectory({ os: Deno.build.os, environment: io.environment }),
      maxCacheBytes: flags.maxCaches,
      artifactsDirectory,
      container: {
        lazyPull: flags.lazyPull,
        ...flags.containerBackend !== undefined && { engine: flags.containerBackend },
      },
      jobs: flags.jobs ?? navigator.hardwareConcurrency,
      heartbeatTimeoutMs: flags.heartbeatTimeout,
      interruption,
      logger: log.logger,
      show: (event) => {
        tally.count(event);
        return renderer.show(event);
      },
    });
  } finally {
    for (const line of held.without(tally.failureMessages)) showNote(renderer, line);
  }
  const summary = `${tally} in ${formatDuration(performance.now() - startedAt)}`;
  await renderer.show({ kind: "note", text: summary });
  return tally;
}

/** Shows a line among the events. A stream that takes nothing more is noticed by the next event. */
function showNote(renderer: Renderer, line: string): void {
  renderer.show({ kind: "note", text: line.trimEnd() }).catch(() => {});
}

function lineOutput(write: (line: string) => void): LineOutput {
  return { terminal: true, colour: false, write };
}
