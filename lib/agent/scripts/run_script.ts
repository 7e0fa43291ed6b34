import { endsAfterAbort } from "../../async/ends_after_abort.ts";
import type { ExitStatus, MachineCommand, MachineProcess } from "../../machine/machine.ts";
import { environmentProblem } from "../environment/environment_problem.ts";
import type { InstructionContext } from "../instructions/instruction.ts";
import type { CommandLog } from "../logs/command_log.ts";
import { asMachineLost, MachineLost } from "../machine_lost.ts";
import type { RunningScript } from "./running_script.ts";
import { scriptInvocation } from "./script_invocation.ts";

/** A machine kills within 3 s what does not end when it is asked to; one that takes longer than this is lost. */
const END_MS = 15_000;

/** What a script has to work with; `log` takes what it prints. */
export type ScriptContext =
  & Pick<InstructionContext, "machine" | "environment" | "workingDirectory" | "scratch" | "variables">
  & { readonly log: Pick<CommandLog, "write"> };

/**
 * Starts the lines of a script in the machine; what they write goes to the command's log. When `signal` aborts,
 * the script is ended. Rejects with an `Error` that says why it could not be started.
 */
export async function startScript(
  lines: readonly string[],
  context: ScriptContext,
  signal: AbortSignal,
): Promise<RunningScript> {
  const process = await spawn(scriptCommand(lines, context), context, signal);
  const ended = follow(process, context.log, signal);
  ended.catch(() => {});
  return { ended };
}

function scriptCommand(lines: readonly string[], context: ScriptContext): MachineCommand {
  const { machine, environment, workingDirectory, scratch, variables } = context;
  const shell = environment.get("CIRRUS_SHELL");
  const { argv, script } = scriptInvocation(lines, {
    os: machine.platform.os,
    shell,
    expand: (text) => environment.expand(text),
  });
  const file = script && scratch.newFile(script.extension, script.content);
  const ownShell = shell !== undefined && machine.environment.has("SHELL") &&
    environment.get("SHELL") === undefined;
  const command: MachineCommand = {
    argv: argv(file?.path ?? ""),
    environment: environment.forProgram([
      ["CIRRUS_ENV", variables.path],
      ...(ownShell ? [["SHELL", shell] as const] : []),
    ]),
    workingDirectory,
    files: [...(file ? [file] : []), ...variables.newFiles()],
    keepEscaping: environment.has("CIRRUS_ESCAPING_PROCESSES"),
  };
  const problem = environmentProblem(command.environment, machine.platform);
  if (problem !== undefined) throw new Error(problem);
  return command;
}

async function spawn(
  command: MachineCommand,
  context: ScriptContext,
  signal: AbortSignal,
): Promise<MachineProcess> {
  const { machine, scratch } = context;
  try {
    return await machine.spawn(command, { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (asMachineLost(error)) throw error;
    // An earlier command may have removed a folder that this one needs.
    await machine.files.makeDirectory(command.workingDirectory);
    await scratch.make();
    return await machine.spawn(command, { signal });
  }
}

async function follow(
  process: MachineProcess,
  log: ScriptContext["log"],
  signal: AbortSignal,
): Promise<ExitStatus> {
  const reader = process.output.getReader();
  const copied = copyOutput(reader, log);
  try {
    return await endsAfterAbort(process.status, {
      signal,
      ms: END_MS,
      overdue: () => new Error(`it did not end a program within ${END_MS / 1000} s of being told to`),
    });
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw new MachineLost(error);
  } finally {
    await copied;
  }
}

async function copyOutput(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  log: ScriptContext["log"],
): Promise<void> {
  try {
    for (let read; !(read = await reader.read()).done;) await log.write(read.value);
  } catch {
    // The output breaks only when the machine is lost, which the status tells.
  }
}

/** Writes into the log how a script ended, where that says more than its own output. */
export async function noteExit(status: ExitStatus, log: CommandLog): Promise<void> {
  if (status.kind === "signaled") await log.writeLine(`Signaled to exit (${status.signal})!`);
  else if (status.code > 1) await log.writeLine(`Exit status: ${status.code}`);
}
