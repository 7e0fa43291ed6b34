/** What all processors of a Linux machine did since it started, in ticks of any length. Source: proc_stat(5). */
export interface CpuTimes {
  readonly busy: number;
  readonly total: number;
  readonly processors: number;
}

/** Reads `/proc/stat`. Throws an `Error` when it is something else. */
export function parseProcStat(text: string): CpuTimes {
  const lines = text.split("\n");
  const all = lines.find((line) => line.startsWith("cpu "));
  if (all === undefined) throw new Error("Reading /proc/stat: it has no line of all processors");
  // Guests' time, from the ninth number on, is in that of users already.
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = all
    .split(/\s+/).slice(1).map(Number);
  const busy = user + nice + system + irq + softirq + steal;
  return {
    busy,
    total: busy + idle + iowait,
    processors: lines.filter((line) => /^cpu\d/.test(line)).length,
  };
}

/** A machine's memory, in bytes. */
export interface MemoryUse {
  readonly used: number;
  readonly total: number;
}

/** Reads `/proc/meminfo`. What caches hold counts as free. Throws an `Error` when it is something else. */
export function parseProcMeminfo(text: string): MemoryUse {
  const bytes = (name: string) => {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
    if (kilobytes === undefined) throw new Error(`Reading /proc/meminfo: it has no ${name}`);
    return Number(kilobytes) * 1024;
  };
  const total = bytes("MemTotal");
  return { used: total - bytes("MemAvailable"), total };
}
