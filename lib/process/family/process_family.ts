/**
 * Which processes belong together. One that drops the mark, its group and its living ancestors is not found, but on
 * Linux, where the mark has a form that is not dropped by accident (see `limitOfMark`).
 */
export interface ProcessFamily {
  /** Members carry this mark, or one below it (`mark/...`). */
  readonly mark?: string;
  /** The process all others descend from; it leads a session and a group of its own, or will in a moment. */
  readonly leader?: FamilyLeader;
  /** No member was started before this moment, in clock ticks since the host was; Linux only. */
  readonly sinceTicks?: number | undefined;
}

export interface FamilyLeader {
  readonly pid: number;
  /** When it was started, in milliseconds of `performance.now()`. */
  readonly startedAt: number;
  /** When it was started, in clock ticks since the host was; undefined where that is unknown. Linux only. */
  readonly startTicks: number | undefined;
  /** True where it passes signals on to the program: asking both would ask the program twice. */
  readonly guard: boolean;
}

/** A living process, as the operating system tells it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Linux only. */
  readonly session?: number;
  /** Whether it carries this mark, or one below it. Finding out may cost, so it is asked last. */
  carries(mark: string): boolean;
}

/** The members among `entries`: by group, session or mark, and whatever descends from one of those. */
export function familyMembers(entries: readonly ProcessEntry[], family: ProcessFamily): ProcessEntry[] {
  const { mark, leader } = family;
  const belongs = (entry: ProcessEntry) =>
    (leader !== undefined && [entry.pid, entry.group, entry.session].includes(leader.pid)) ||
    (mark !== undefined && entry.carries(mark));
  const members = new Map<number, ProcessEntry>();
  const children = Map.groupBy(entries, (entry) => entry.parent);
  const add = (entry: ProcessEntry) => {
    if (members.has(entry.pid)) return;
    members.set(entry.pid, entry);
    children.get(entry.pid)?.forEach(add);
  };
  for (const entry of entries) {
    if (!members.has(entry.pid) && belongs(entry)) add(entry);
  }
  return [...members.values()];
}
