import type { OwnedResource } from "../../isolation/isolation.ts";
import { removeVm } from "../../isolation/vm/remove_vm.ts";
import { VmCommands } from "../../isolation/vm/vm_commands.ts";
import { VM_PROGRAMS } from "../../isolation/vm_programs.ts";
import { isEngineName } from "../../machine/container/engine_name.ts";
import { removeTree } from "../../machine/local/remove_tree.ts";
import { endMarkedProcesses } from "../../process/family/end_marked_processes.ts";
import { hostEnvironment } from "../tasks/host_environment.ts";

/** Removes what a killed worker left behind, whether it still exists or not. Rejects with why it could not. */
export async function removeResource(resource: OwnedResource): Promise<void> {
  switch (resource.kind) {
    case "directory":
      return await removeTree(resource.path);
    case "processes":
      return await endMarkedProcesses(resource.mark);
    case "container":
      return await removeContainer(resource);
    case "vm":
      return await removeLeftVm(resource);
  }
}

async function removeContainer({ engine, name }: { engine: string; name: string }): Promise<void> {
  if (!isEngineName(engine)) {
    throw new Error(`this version of the worker knows no engine ${engine}; remove it by hand`);
  }
  const { ContainerEngine } = await import("../../machine/container/container_engine.ts");
  await new ContainerEngine(engine).remove(name);
}

async function removeLeftVm(vm: OwnedResource & { kind: "vm" }): Promise<void> {
  const commands = await VmCommands.find(VM_PROGRAMS[vm.program], { environment: hostEnvironment() });
  await removeVm(vm.name, commands);
}
