import { delay } from "../async/delay.ts";
import { bsdProcesses } from "./bsd_processes.ts";
import { linuxProcesses } from "./linux_processes.ts";
import { familyMembers, type ProcessEntry, type ProcessFamily } from "./process_family.ts";
import { endWindowsTree } from "./windows_processes.ts";

/** How long killed processes may take to be gone. */
const KILLED_WITHIN_MS = 5_000;
/** The pauses between two looks double up to this. */
const LONGEST_PAUSE_MS = 50;

/**
 * Ends every process of a family, this one excepted. With `graceMs` they are asked first (SIGTERM) and killed
 * (SIGKILL) when that time is over. Resolves with the numbers of those that survive even that: another user's, or
 * stuck in the kernel.
 */
export async function endFamily(family: ProcessFamily, options: { graceMs: number }): Promise<number[]> {
  const { leader } = family;
  if (Deno.build.os === "windows") {
    if (leader) await endWindowsTree(leader.pid);
    return [];
  }
  const asked = new Set<number>(leader?.guard ? [leader.pid] : []);
  const ask = (members: ProcessEntry[]) => {
    for (const { pid } of members) {
      if (!asked.has(pid)) send(pid, "SIGTERM");
      asked.add(pid);
    }
  };
  const kill = (members: ProcessEntry[]) => {
    // The group as a whole first: it cannot fork faster than that.
    if (leader && members.some(({ group }) => group === leader.pid)) send(-leader.pid, "SIGKILL");
    for (const { pid } of members) send(pid, "SIGKILL");
  };
  if (options.graceMs > 0) await untilGone(family, { boundMs: options.graceMs, act: ask });
  return await untilGone(family, { boundMs: KILLED_WITHIN_MS, act: kill });
}

async function untilGone(
  family: ProcessFamily,
  options: { boundMs: number; act: (members: ProcessEntry[]) => void },
): Promise<number[]> {
  const end = performance.now() + options.boundMs;
  for (let pause = 1;; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const members = await livingMembers(family);
    if (members.length === 0) return [];
    options.act(members);
    const left = end - performance.now();
    if (left <= 0) return members.map(({ pid }) => pid);
    await delay(Math.min(pause, left));
  }
}

async function livingMembers(family: ProcessFamily): Promise<ProcessEntry[]> {
  const entries = Deno.build.os === "linux" ? linuxProcesses(family) : await bsdProcesses();
  return familyMembers(entries.filter(({ pid }) => pid !== Deno.pid), family);
}

function send(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // Gone meanwhile, or another user's: the next look tells.
  }
}
