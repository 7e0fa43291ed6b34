import type { Command } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Machine } from "../../machine/machine.ts";
import type { TaskCaches } from "../caches/task_caches.ts";
import type { MirrorsOptions } from "../clone/mirrors.ts";
import type { CommandVariables } from "../command_variables.ts";
import type { TaskEnvironment } from "../environment/task_environment.ts";
import type { CommandLog } from "../logs/command_log.ts";
import type { ProjectSource } from "../project_source.ts";
import type { ScratchDirectory } from "../scratch_directory.ts";
import type { RunningScript } from "../scripts/running_script.ts";
import type { TerminalHost } from "../terminal/terminal_host.ts";
import type { TaskUpstream } from "../task_upstream.ts";

/** What one command has to work with. */
export interface InstructionContext {
  /** The command's name. */
  readonly name: string;
  readonly machine: Machine;
  readonly environment: TaskEnvironment;
  /** Absolute path in the machine. */
  readonly workingDirectory: string;
  readonly scratch: ScratchDirectory;
  readonly log: CommandLog;
  readonly caches: TaskCaches;
  readonly upstream: TaskUpstream;
  /** By which people come into the machine; undefined where the upstream names no terminal server. */
  readonly terminal: TerminalHost | undefined;
  /** Hides the task's secrets in a text. */
  readonly mask: (text: string) => string;
  /** An existing folder of the worker's host. */
  readonly spoolDirectory: string;
  readonly variables: CommandVariables;
  readonly projectSource?: ProjectSource | undefined;
  readonly mirrors: MirrorsOptions;
  /** Aborts when the time ran out or the task is cancelled. */
  readonly signal: AbortSignal;
  /** Aborts when the task ends or is cancelled: for what goes on once the command is over. */
  readonly backgroundSignal: AbortSignal;
}

/** How an instruction ended. */
export type InstructionResult =
  | { readonly kind: "passed" }
  /** The log says why. */
  | { readonly kind: "failed"; readonly signaledToExit?: boolean }
  /** The command is over, what it started goes on until the task ends. */
  | { readonly kind: "background"; readonly script: RunningScript }
  /** No further command is to run. */
  | { readonly kind: "exit" };

/** The instructions of the protocol by name, each with its message. */
export type Instructions = {
  [I in Exclude<Command["instruction"], { case: undefined }> as I["case"]]: I["value"];
};

/**
 * Carries out one kind of instruction. What it throws is written to the log and fails the command; once
 * `context.signal` has aborted, how it ends makes no difference.
 */
export type InstructionHandler<Name extends keyof Instructions> = (
  instruction: Instructions[Name],
  context: InstructionContext,
) => Promise<InstructionResult>;
