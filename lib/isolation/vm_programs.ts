import { TART } from "./tart/tart_program.ts";
import { VETU } from "./vetu/vetu_program.ts";
import type { VmProgram } from "./vm/vm_program.ts";

/** The programs that run VMs, by name. */
export const VM_PROGRAMS: Readonly<Record<VmProgram["name"], VmProgram>> = { tart: TART, vetu: VETU };
