import { errorMessage } from "../../diagnostics/error_message.ts";
import { removeVm } from "../../isolation/vm/remove_vm.ts";
import { ProgramMissing, VmCommands } from "../../isolation/vm/vm_commands.ts";
import { isOurVmName } from "../../isolation/vm/vm_name.ts";
import type { VmProgram } from "../../isolation/vm/vm_program.ts";
import { VM_PROGRAMS } from "../../isolation/vm_programs.ts";
import type { Logger } from "../../logging/logger.ts";
import { hostEnvironment } from "../tasks/host_environment.ts";
import { listOwners } from "./owner_files.ts";
import { readOwnedEntries } from "./read_owned_entries.ts";

export interface UnlistedVmsOptions {
  readonly stateDirectory: string;
  /** True removes them; else they are only named in the log. */
  readonly adopt: boolean;
  readonly logger: Logger;
}

/**
 * Looks for VMs with our prefix that no worker of this host has written down: those of the Go worker, which may be
 * alive. Never rejects.
 */
export async function handleUnlistedVms(options: UnlistedVmsOptions): Promise<void> {
  for (const program of Object.values(VM_PROGRAMS)) {
    try {
      await handleVmsOf(program, options);
    } catch (error) {
      if (error instanceof ProgramMissing) continue;
      options.logger.warning(
        `could not look for ${program.name} VMs that nobody wrote down: ${errorMessage(error)}`,
      );
    }
  }
}

async function handleVmsOf(program: VmProgram, options: UnlistedVmsOptions): Promise<void> {
  const { stateDirectory, adopt, logger } = options;
  const commands = await VmCommands.find(program, { environment: hostEnvironment() });
  // In this order: a VM is written down before it is made.
  const ours = (await commands.list()).filter(isOurVmName);
  const written = await writtenDown(stateDirectory, program);
  for (const name of ours) {
    if (written.has(name)) continue;
    if (!adopt) {
      logger.warning(
        `the ${program.name} VM ${name} has our prefix, but no worker of this host wrote it down: ` +
          "remove it by hand, or all such VMs with --adopt-leftovers once no other worker uses them",
      );
      continue;
    }
    try {
      await removeVm(name, commands);
      logger.info(`removed the ${program.name} VM ${name}, which no worker of this host wrote down`);
    } catch (error) {
      logger.error(`could not remove the ${program.name} VM ${name}: ${errorMessage(error)}`);
    }
  }
}

async function writtenDown(stateDirectory: string, { name }: VmProgram): Promise<Set<string>> {
  const names = new Set<string>();
  for (const owner of await listOwners(stateDirectory)) {
    for (const resource of (await readOwnedEntries(owner)).resources) {
      if (resource.kind === "vm" && resource.program === name) names.add(resource.name);
    }
  }
  return names;
}
