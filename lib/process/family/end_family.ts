import { delay } from "../../async/delay.ts";
import { familyMembers, type ProcessEntry, type ProcessFamily } from "./process_family.ts";
import { type ProcessHost, THIS_HOST } from "./process_host.ts";
import { endWindowsTree } from "./windows_processes.ts";

/** How long killed processes may take to be gone. */
const KILLED_WITHIN_MS = 5_000;
/** The pauses between two looks double up to this. */
const LONGEST_PAUSE_MS = 50;

export interface EndOptions {
  /** How long the processes have to end after they were asked to (SIGTERM), in milliseconds; 0 kills at once. */
  readonly graceMs: number;
  /** Where they run; this host when absent. */
  readonly host?: ProcessHost;
}

/**
 * Ends every process of a family, this one excepted: those that do not end when asked are killed (SIGKILL).
 * Resolves with the numbers of those that survive even that: another user's, or stuck in the kernel. Rejects when there
 * is no telling which there are: for as long as they have to end, it tries again.
 */
export async function endFamily(family: ProcessFamily, options: EndOptions): Promise<number[]> {
  const { leader } = family;
  const { graceMs, host = THIS_HOST } = options;
  if (host === THIS_HOST && Deno.build.os === "windows") {
    if (leader) await endWindowsTree(leader.pid);
    return [];
  }
  const asked = new Set<number>(leader?.guard ? [leader.pid] : []);
  const ask = async (members: ProcessEntry[]) => {
    const others = members.map(({ pid }) => pid).filter((pid) => !asked.has(pid));
    for (const pid of others) asked.add(pid);
    if (others.length > 0) await host.signal("SIGTERM", others);
  };
  const kill = async (members: ProcessEntry[]) => {
    // The group as a whole first: it cannot fork faster than that.
    const group = leader && members.some(({ group }) => group === leader.pid) ? [-leader.pid] : [];
    await host.signal("SIGKILL", [...group, ...members.map(({ pid }) => pid)]);
  };
  const untilGone = async (boundMs: number, act: (members: ProcessEntry[]) => Promise<void>) => {
    const end = performance.now() + boundMs;
    for (let pause = 1;; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const left = () => end - performance.now();
      try {
        const members = familyMembers(await host.list(family), family);
        if (members.length === 0) return [];
        await act(members);
        if (left() <= 0) return members.map(({ pid }) => pid);
      } catch (error) {
        if (left() <= 0) throw error;
      }
      await delay(Math.min(pause, Math.max(0, left())));
    }
  };
  // Those that could not be asked are killed.
  if (graceMs > 0) await untilGone(graceMs, ask).catch(() => {});
  return await untilGone(KILLED_WITHIN_MS, kill);
}
