import { limitsCarryMark } from "./limit_mark.ts";
import type { FamilyLeader, ProcessEntry, ProcessFamily } from "./process_family.ts";
import { carriesMark } from "./process_mark.ts";

/** In so short a time no host gives out all its process numbers, so that they are still in order. */
const YOUNG_MS = 100;
/** More new numbers than this are better found by listing /proc. */
const FEW = 256;

/** A host on which processes come faster than they can be looked at must not hold this one up. */
const MAX_LOOKS = 100;

/** A line of /proc/PID/stat (proc_pid_stat(5)). */
export interface ProcessStat {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly startTicks: number;
}

/**
 * The living processes that may belong to `family`, from /proc: none that is older than it. Those that come
 * while it looks are looked at as well, for one that has ended by then may have started another.
 */
export function linuxProcesses({ leader, sinceTicks = 0 }: ProcessFamily): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  const look = (pids: readonly number[]) => {
    for (const pid of pids) {
      const stat = readStat(pid);
      if (!stat || stat.state === "Z" || stat.state === "X") continue;
      if (stat.startTicks < (leader?.startTicks ?? sinceTicks)) continue;
      entries.push({ pid, ...stat, carries: (mark) => carries(pid, mark) });
    }
  };
  let newest = newestNumber();
  look((leader && numbersSince(leader, newest)) ?? allNumbers());
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    const latest = newestNumber();
    if (Object.is(latest, newest)) break;
    look(numbersBetween(newest + 1, latest) ?? allNumbers());
    newest = latest;
  }
  return entries;
}

/** When a process was started, in clock ticks since the host was; undefined when it is gone. */
export function startTicksOf(pid: number): number | undefined {
  return readStat(pid)?.startTicks;
}

/** This moment in clock ticks since the host was started, which are hundredths of a second. Source: proc_uptime(5). */
export function ticksNow(): number | undefined {
  const seconds = readText("/proc/uptime")?.split(" ")[0];
  return seconds && Math.floor(Number(seconds) * 100) || undefined;
}

/** The process numbers given out since a young leader was started: looking at those few beats listing all. */
function numbersSince(leader: FamilyLeader, newest: number): number[] | undefined {
  if (performance.now() - leader.startedAt > YOUNG_MS) return undefined;
  return numbersBetween(leader.pid, newest);
}

/** Undefined when they are too many, or began anew from the smallest one. */
function numbersBetween(first: number, last: number): number[] | undefined {
  const count = last - first + 1;
  return count >= 1 && count <= FEW ? Array.from({ length: count }, (_, i) => first + i) : undefined;
}

/** The number given out last. Source: proc_loadavg(5). */
function newestNumber(): number {
  return Number(readText("/proc/loadavg")?.trim().split(" ").at(-1));
}

function allNumbers(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => pid > 0);
}

function readStat(pid: number): ProcessStat | undefined {
  const text = readText(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
}

/** Reads the line of a /proc/PID/stat. */
export function parseStat(text: string): ProcessStat {
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

/** A process may have emptied its environment, where the mark is looked for first as that says more surely. */
function carries(pid: number, mark: string): boolean {
  return carriesMark(readEnvironment(pid), mark) ||
    limitsCarryMark(readText(`/proc/${pid}/limits`) ?? "", mark);
}

function readEnvironment(pid: number): string[] {
  return readText(`/proc/${pid}/environ`)?.split("\0") ?? [];
}

/** Undefined when the process is gone or another user's. Throws where that cannot be told, for want of open files. */
function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && /^E[MN]FILE$/.test(String(error.code))) throw error;
    return undefined;
  }
}
