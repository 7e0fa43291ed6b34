import type { VmProgram } from "../vm/vm_program.ts";

/** Vetu, which runs VMs of Linux on Linux. How it is called: https://github.com/cirruslabs/vetu */
export const VETU: VmProgram = {
  name: "vetu",
  installation: "install it as https://github.com/cirruslabs/vetu says",
  cloneEnvironment: {},
};
