import type { VmCommands } from "./vm_commands.ts";

/** Deletes a VM that does not run, whether it exists or not. Rejects with why it is still there. */
export async function deleteVm(name: string, commands: VmCommands): Promise<void> {
  try {
    await commands.delete(name);
  } catch (error) {
    if ((await commands.list()).includes(name)) throw error;
  }
}

/** Stops and deletes a VM, whether it runs and exists or not. Rejects with why it is still there. */
export async function removeVm(name: string, commands: VmCommands): Promise<void> {
  // The program refuses to stop what does not run.
  await commands.stop(name).catch(() => {});
  await deleteVm(name, commands);
}
