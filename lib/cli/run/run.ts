import { openLog } from "../../logging/open_log.ts";
import { formatDuration } from "../../units/duration.ts";
import { ExitCode } from "../exit_code.ts";
import type { Io } from "../io.ts";
import { createRenderer } from "../output/create_renderer.ts";
import type { Renderer } from "../output/renderer.ts";
import type { RunFlags } from "./command.ts";
import { executeRun } from "./execute_run.ts";
import { Interruption } from "./interruption.ts";
import { resolveOutputFormat } from "./output_format.ts";
import { prepareRun } from "./prepare_run.ts";
import { RunTally } from "./run_tally.ts";

/** `cirrus run`: runs the tasks of the current directory's `.cirrus.yml` on this machine. */
export async function runTasks(flags: RunFlags, io: Io, wanted?: string): Promise<number> {
  const startedAt = performance.now();
  using interruption = new Interruption(io);
  const project = io.workingDirectory;
  try {
    const prepared = await prepareRun({ flags, wanted, project }, { io, signal: interruption.asked });
    const isTerminal = io.stdout.terminalSize() !== undefined && io.environment.get("TERM") !== "dumb";
    const format = resolveOutputFormat(flags.output, { environment: io.environment, isTerminal });
    await using renderer = createRenderer(format, io);
    using log = openLog({ level: flags.verbose ? "debug" : "warning", output: notesTo(renderer) });
    const tally = new RunTally();
    await executeRun(prepared, {
      project,
      dirty: flags.dirty,
      jobs: flags.jobs ?? navigator.hardwareConcurrency,
      heartbeatTimeoutMs: flags.heartbeatTimeout,
      interruption,
      logger: log.logger,
      show: (event) => {
        tally.count(event);
        return renderer.show(event);
      },
    });
    await renderer.show({
      kind: "note",
      text: `${tally} in ${formatDuration(performance.now() - startedAt)}`,
    });
    return interruption.exitCode ?? (tally.failed ? ExitCode.failure : ExitCode.success);
  } catch (error) {
    // What an interruption breaks off is no failure of its own.
    if (interruption.exitCode !== undefined) return interruption.exitCode;
    throw error;
  }
}

/** Lines of the program's log among what the renderer shows. */
function notesTo(renderer: Renderer) {
  return {
    terminal: true,
    colour: false,
    // A stream that takes nothing more is noticed by the next event.
    write: (line: string) => void renderer.show({ kind: "note", text: line.trimEnd() }).catch(() => {}),
  };
}
