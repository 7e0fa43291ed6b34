import type { VmOptions } from "../vm/vm_options.ts";

export interface VetuOptions extends VmOptions {
  /** The largest packet on the host's side of a VM's network, in bytes; Vetu's own when absent. */
  readonly mtu?: number;
}
