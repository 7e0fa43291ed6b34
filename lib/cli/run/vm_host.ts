import type { Io } from "../io.ts";
import { VM_PROGRAMS } from "../../isolation/vm_programs.ts";
import { findProgram } from "../../process/find_program.ts";

/** What decides whether a task with a VM can run on this machine. */
export interface VmHost {
  /** Which of the programs that run VMs are here. */
  readonly programs: ReadonlySet<string>;
  /** Whether tasks work in the project itself. */
  readonly dirty: boolean;
}

/** Looks which programs for VMs are in `PATH`. */
export function findVmHost({ environment }: Pick<Io, "environment">, dirty: boolean): VmHost {
  const programs = new Set<string>();
  for (const name of Object.keys(VM_PROGRAMS)) {
    if (findProgram(name, environment.get("PATH") ?? "") !== undefined) programs.add(name);
  }
  return { programs, dirty };
}
