import type { VmOptions } from "../vm/vm_options.ts";

export interface TartOptions extends VmOptions {
  /** Networks (CIDR) that VMs behind Softnet, the packet filter of Tart, may reach all the same. */
  readonly softnetAllow?: readonly string[];
  /** A folder of the host that every VM mounts and tasks work in, instead of a directory of the VM's own. */
  readonly project?: string;
}
