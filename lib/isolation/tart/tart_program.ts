import type { VmProgram } from "../vm/vm_program.ts";

/** Tart, which runs VMs of macOS and Linux on Apple silicon. How it is called: https://tart.run */
export const TART: VmProgram = {
  name: "tart",
  installation: "install it with `brew install cirruslabs/cli/tart` (see https://tart.run)",
  // Else a clone may delete images that other tasks wait for.
  cloneEnvironment: { TART_NO_AUTO_PRUNE: "" },
};
