import type { ResourceLedger } from "../isolation.ts";
import { deleteVm } from "./remove_vm.ts";
import type { VmCommands } from "./vm_commands.ts";

/** Writes a VM down that is about to be made. Disposing it deletes the VM, which must not run any more then. */
export async function ownVm(
  name: string,
  { commands, ledger }: { commands: VmCommands; ledger: ResourceLedger },
): Promise<AsyncDisposable> {
  const claim = await ledger.claim({ kind: "vm", program: commands.program.name, name });
  return {
    async [Symbol.asyncDispose]() {
      // What could not be removed stays written down, for the next start.
      await deleteVm(name, commands);
      await claim[Symbol.asyncDispose]();
    },
  };
}
