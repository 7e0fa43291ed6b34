import { startTicksOf } from "./linux_processes.ts";
import type { FamilyLeader } from "./process_family.ts";

/** Describes a process that was started this moment. `guard`: see `FamilyLeader`. */
export function familyLeader(pid: number, options: { guard: boolean }): FamilyLeader {
  return { pid, startedAt: performance.now(), startTicks: startTicksOf(pid), guard: options.guard };
}
