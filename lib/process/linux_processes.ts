import { carriesMark } from "./process_mark.ts";
import type { FamilyLeader, ProcessEntry, ProcessFamily } from "./process_family.ts";

/** A process this young cannot have used up all process numbers, so that they are still in order. */
const YOUNG_MS = 100;
/** More new numbers than this are looked at by listing /proc. */
const FEW = 256;

/**
 * The living processes that may belong to `family`, from /proc (proc_pid_stat(5), proc_pid_environ(5)). What is
 * older than the leader is left out. A family without a leader may have members of any age.
 */
export function linuxProcesses(family: ProcessFamily): ProcessEntry[] {
  const { leader, mark } = family;
  const pids = (leader && numbersSince(leader)) ?? allNumbers();
  const entries = pids.map((pid) => readEntry(pid, mark)).filter((entry) => entry !== undefined);
  const leaderEntry = entries.find((entry) => entry.pid === leader?.pid);
  return leaderEntry ? entries.filter((entry) => entry.startTicks >= leaderEntry.startTicks) : entries;
}

/** The process numbers given out since a young leader was started: reading the few of them beats listing all. */
function numbersSince(leader: FamilyLeader): number[] | undefined {
  if (performance.now() - leader.startedAt > YOUNG_MS) return undefined;
  const newest = Number(readText("/proc/loadavg")?.trim().split(" ").at(-1));
  const count = newest - leader.pid + 1;
  return count >= 1 && count <= FEW ? Array.from({ length: count }, (_, i) => leader.pid + i) : undefined;
}

function allNumbers(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => pid > 0);
}

function readEntry(
  pid: number,
  mark: string | undefined,
): (ProcessEntry & { startTicks: number }) | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name, the second field, is in parentheses and may hold anything, also spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group, session] = fields;
  if (state === "Z" || state === "X") return undefined;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTicks: Number(fields[19]),
    marked: () =>
      mark !== undefined && carriesMark(readText(`/proc/${pid}/environ`)?.split("\0") ?? [], mark),
  };
}

/** Undefined for a process that is gone or another user's. */
function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
