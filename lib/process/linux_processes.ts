import type { FamilyLeader, ProcessEntry, ProcessFamily } from "./process_family.ts";
import { carriesMark } from "./process_mark.ts";

/** In so short a time no host gives out all its process numbers, so that they are still in order. */
const YOUNG_MS = 100;
/** More new numbers than this are better found by listing /proc. */
const FEW = 256;

/** A line of /proc/PID/stat (proc_pid_stat(5)). */
interface ProcessStat {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly startTicks: number;
}

/** The living processes that may belong to `family`, from /proc: none that is older than its leader. */
export function linuxProcesses({ leader }: ProcessFamily): ProcessEntry[] {
  const pids = (leader && numbersSince(leader)) ?? allNumbers();
  return pids.flatMap((pid): ProcessEntry[] => {
    const stat = readStat(pid);
    if (!stat || stat.state === "Z" || stat.state === "X") return [];
    if (stat.startTicks < (leader?.startTicks ?? 0)) return [];
    return [{ pid, ...stat, carries: (mark) => carriesMark(readEnvironment(pid), mark) }];
  });
}

/** When a process was started, in clock ticks since the host was; undefined when it is gone. */
export function startTicksOf(pid: number): number | undefined {
  return readStat(pid)?.startTicks;
}

/** The process numbers given out since a young leader was started: looking at those few beats listing all. */
function numbersSince(leader: FamilyLeader): number[] | undefined {
  if (performance.now() - leader.startedAt > YOUNG_MS) return undefined;
  const newest = Number(readText("/proc/loadavg")?.trim().split(" ").at(-1));
  const count = newest - leader.pid + 1;
  return count >= 1 && count <= FEW ? Array.from({ length: count }, (_, i) => leader.pid + i) : undefined;
}

function allNumbers(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => pid > 0);
}

function readStat(pid: number): ProcessStat | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name, the second field, stands in parentheses and may hold anything, also spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state = "", parent, group, session] = fields;
  return {
    state,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTicks: Number(fields[19]),
  };
}

function readEnvironment(pid: number): string[] {
  return readText(`/proc/${pid}/environ`)?.split("\0") ?? [];
}

/** Undefined when the process is gone or another user's. */
function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
