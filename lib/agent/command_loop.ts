import { type Command, Status } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { abortCause } from "../async/abort_reason.ts";
import { endsAfterAbort } from "../async/ends_after_abort.ts";
import { within } from "../async/within.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import type { Logger } from "../logging/logger.ts";
import type { Machine } from "../machine/machine.ts";
import type { BackgroundScripts } from "./background_scripts.ts";
import type { TaskCaches } from "./caches/task_caches.ts";
import type { MirrorsOptions } from "./clone/mirrors.ts";
import { CommandVariables } from "./command_variables.ts";
import type { Deadline } from "./deadline.ts";
import type { TaskEnvironment } from "./environment/task_environment.ts";
import type { InstructionContext, InstructionResult } from "./instructions/instruction.ts";
import { runInstruction } from "./instructions/registry.ts";
import type { LogDelivery } from "./logs/log_delivery.ts";
import type { TaskLogs } from "./logs/task_logs.ts";
import { asMachineLost, MachineLost } from "./machine_lost.ts";
import type { ProjectSource } from "./project_source.ts";
import type { UpdateReporter } from "./reports/update_reporter.ts";
import type { ScratchDirectory } from "./scratch_directory.ts";
import { getsExtraTime, shouldRun } from "./should_run.ts";
import type { TerminalHost } from "./terminal/terminal_host.ts";
import type { TaskUpstream } from "./task_upstream.ts";

/** The upstream hears that a command is over when its log is through, but not much later than it is. */
const LOG_FIRST_MS = 2_000;

/** What the commands of a task have in common. */
export interface CommandLoopOptions {
  readonly machine: Machine;
  readonly preparation?: readonly string[];
  readonly environment: TaskEnvironment;
  readonly workingDirectory: string;
  readonly scratch: ScratchDirectory;
  readonly projectSource?: ProjectSource | undefined;
  readonly caches: TaskCaches;
  readonly upstream: TaskUpstream;
  /** By which people come into the machine; undefined where the upstream names no terminal server. */
  readonly terminal: TerminalHost | undefined;
  /** Hides the task's secrets in a text. */
  readonly mask: (text: string) => string;
  readonly mirrors: MirrorsOptions;
  /** An existing folder of the worker's host. */
  readonly spoolDirectory: string;
  readonly deadline: Deadline;
  readonly background: BackgroundScripts;
  readonly logs: TaskLogs;
  readonly updates: UpdateReporter;
  readonly logger: Logger;
  /** See `AgentTimings`. */
  readonly endMs: number;
  /** Whether a command of the task failed before, in an earlier run of it. */
  readonly failedBefore: boolean;
}

/** How one command ended. */
type Ending = InstructionResult | { kind: "timedOut" } | { kind: "aborted" };

const STATUS: Readonly<Record<Ending["kind"], Status>> = {
  passed: Status.COMPLETED,
  background: Status.COMPLETED,
  exit: Status.COMPLETED,
  failed: Status.FAILED,
  timedOut: Status.FAILED,
  aborted: Status.ABORTED,
};

/** Runs the commands of a task in order, each when it is its turn, and reports on them. */
export class CommandLoop {
  readonly #options: CommandLoopOptions;
  #preparation: readonly string[];
  #failed: boolean;
  #over = false;
  #machineLost: MachineLost | undefined;

  constructor(options: CommandLoopOptions) {
    this.#options = options;
    this.#preparation = options.preparation ?? [];
    this.#failed = options.failedBefore;
  }

  /** Whether a command failed. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Set once the machine broke down. */
  get machineLost(): MachineLost | undefined {
    return this.#machineLost;
  }

  /** Runs all commands; an aborted `signal` ends the one that runs, and no other is run. */
  async run(commands: readonly Command[], signal: AbortSignal): Promise<void> {
    const { deadline, updates } = this.#options;
    for (const command of commands) {
      const state = { failed: this.#failed, timedOut: deadline.timedOut };
      if (this.#over || signal.aborted || !shouldRun(command, state)) {
        updates.push({ name: command.name, status: Status.SKIPPED });
      } else {
        await this.#runCommand(command, getsExtraTime(command) ? deadline.extendedSignal : deadline.signal);
      }
    }
  }

  async #runCommand(command: Command, signal: AbortSignal): Promise<void> {
    const { updates, logs, background, environment, logger } = this.#options;
    const { name } = command;
    logger.debug("executing command", { command: name });
    const delivery = await logs.open(name, {
      announced: updates.push({ name, status: Status.EXECUTING }),
      timestamps: environment.get("CIRRUS_LOG_TIMESTAMP") === "true",
      signal,
    });
    for (const line of this.#preparation) await delivery.log.writeLine(line);
    this.#preparation = [];
    const startedAt = performance.now();
    const ending = await this.#execute(command, delivery, signal);
    const durationInNanos = BigInt(Math.round((performance.now() - startedAt) * 1e6));
    const status = STATUS[ending.kind];
    this.#failed ||= status === Status.FAILED;
    this.#over ||= ending.kind === "exit";
    logger.debug("command finished", { command: name, status: Status[status] });

    if (ending.kind === "background") background.add(ending.script, delivery);
    else logs.finish(delivery);
    updates.push({
      name,
      status,
      durationInNanos,
      signaledToExit: ending.kind === "failed" && ending.signaledToExit === true,
    }, ending.kind === "background" ? undefined : within(delivery.streamed, LOG_FIRST_MS));
  }

  async #execute(command: Command, { log }: LogDelivery, signal: AbortSignal): Promise<Ending> {
    const { machine, scratch, background, endMs } = this.#options;
    const variables = new CommandVariables(machine, scratch.newFile(".env"));
    const context: InstructionContext = {
      ...this.#options,
      name: command.name,
      log,
      variables,
      signal,
      backgroundSignal: background.signal,
    };
    let result: InstructionResult = { kind: "failed" };
    try {
      signal.throwIfAborted();
      result = await endsAfterAbort(this.#carryOut(command, context), {
        signal,
        ms: endMs,
        overdue: () => {
          const problem = `it did not end ${command.name} within ${endMs / 1000} s of being told to`;
          return new MachineLost(new Error(problem));
        },
      });
    } catch (error) {
      this.#machineLost ??= asMachineLost(error);
      this.#over ||= this.#machineLost !== undefined;
      if (!signal.aborted || this.#machineLost) await log.writeLine(errorMessage(error));
    }
    if (!signal.aborted) return result;
    await log.writeLine(errorMessage(signal.reason));
    return { kind: abortCause(signal) === "timeout" ? "timedOut" : "aborted" };
  }

  async #carryOut(command: Command, context: InstructionContext): Promise<InstructionResult> {
    const result = await runInstruction(command, context);
    if (result.kind !== "background") await this.#takeVariables(context);
    return result;
  }

  /** Makes variables of what the command left for the next ones. */
  async #takeVariables({ variables, environment, log, signal }: InstructionContext): Promise<void> {
    try {
      const read = await variables.read(signal);
      for (const problem of read.problems) {
        await log.writeLine(`Reading the file that CIRRUS_ENV names: ${problem}`);
      }
      environment.merge(read.variables, { sensitive: environment.get("CIRRUS_ENV_SENSITIVE") !== undefined });
    } catch (error) {
      if (asMachineLost(error) || signal.aborted) throw error;
      await log.writeLine(`Reading the file that CIRRUS_ENV names: ${errorMessage(error)}`);
    }
  }
}
