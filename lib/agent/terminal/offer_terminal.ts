import type { Command } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Logger } from "../../logging/logger.ts";
import type { Machine } from "../../machine/machine.ts";
import type { TaskEnvironment } from "../environment/task_environment.ts";
import { machinePaths } from "../machine_paths.ts";
import type { ScratchDirectory } from "../scratch_directory.ts";
import type { TaskUpstream } from "../task_upstream.ts";
import type { TerminalHost } from "./terminal_host.ts";

export interface OfferedTerminalOptions {
  readonly machine: Machine;
  readonly environment: TaskEnvironment;
  readonly workingDirectory: string;
  readonly scratch: ScratchDirectory;
  readonly upstream: TaskUpstream;
  readonly reportMs: number;
  readonly terminalRetryMs: number;
  readonly logger: Logger;
}

/** Lets people into a task's machine from its beginning on, where one of its commands says by which server. */
export async function offerTerminal(
  commands: readonly Command[],
  options: OfferedTerminalOptions,
): Promise<TerminalHost | undefined> {
  const address = commands.map(addressOf).find((address) => address !== undefined);
  if (!address) return undefined;
  // Few tasks need it.
  const { TerminalHost } = await import("./terminal_host.ts");
  const { MachineTerminal } = await import("./machine_terminal.ts");
  const { machine, environment, workingDirectory, scratch, terminalRetryMs: retryMs } = options;
  const { join } = machinePaths(machine.platform);
  return new TerminalHost({
    ...options,
    address,
    retryMs,
    open: (dimensions) =>
      MachineTerminal.open({
        machine,
        directory: join(scratch.path, `terminal-${crypto.randomUUID()}`),
        environment: environment.forProgram([]),
        workingDirectory,
        dimensions,
      }),
  });
}

function addressOf({ instruction }: Command): string | undefined {
  return instruction.case === "waitForTerminalInstruction"
    ? instruction.value.terminalServerAddress
    : undefined;
}
