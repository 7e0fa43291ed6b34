import { delay } from "../async/delay.ts";
import type { ProcessEntry, ProcessFamily } from "./process_family.ts";
import { familyMembers } from "./process_family.ts";
import { linuxProcesses } from "./linux_processes.ts";

/** How long to wait for killed processes to be gone. */
const KILLED_WITHIN_MS = 5_000;
const LONGEST_PAUSE_MS = 50;

/**
 * Ends every process of a family. With `graceMs` they are asked first (SIGTERM) and killed (SIGKILL) when that
 * time is over. Resolves with the numbers of those that survive even that: another user's, or stuck in the kernel.
 */
export async function endFamily(family: ProcessFamily, options: { graceMs: number }): Promise<number[]> {
  const { graceMs } = options;
  if (graceMs > 0) {
    const asked = new Set<number>();
    await untilGone(family, graceMs, (members) => {
      for (const { pid } of members) {
        if (asked.has(pid) || (family.leader?.guard && pid === family.leader.pid)) continue;
        asked.add(pid);
        send(pid, "SIGTERM");
      }
    });
  }
  return await untilGone(family, KILLED_WITHIN_MS, (members) => {
    const leader = family.leader?.pid;
    // The group as a whole first: one that keeps forking cannot run ahead of that.
    if (leader !== undefined && members.some((member) => member.group === leader)) send(-leader, "SIGKILL");
    for (const { pid } of members) send(pid, "SIGKILL");
  });
}

async function untilGone(
  family: ProcessFamily,
  boundMs: number,
  act: (members: ProcessEntry[]) => void,
): Promise<number[]> {
  const end = performance.now() + boundMs;
  for (let pause = 1;; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const members = familyMembers(linuxProcesses(family), family);
    if (members.length === 0) return [];
    act(members);
    const left = end - performance.now();
    if (left <= 0) return members.map(({ pid }) => pid);
    await delay(Math.min(pause, left));
  }
}

function send(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // Gone meanwhile, or another user's: the next look tells.
  }
}
