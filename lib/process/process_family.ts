/** Which processes belong together. One that drops the mark, its group and its living ancestors is not found. */
export interface ProcessFamily {
  /** Members carry this mark, or one below it (`mark/...`), in their environment. */
  readonly mark?: string;
  /** The process all others descend from; it leads a session and a group of its own. */
  readonly leader?: FamilyLeader;
}

export interface FamilyLeader {
  readonly pid: number;
  /** When it was started, in milliseconds of `performance.now()`. */
  readonly startedAt: number;
  /** True where it only passes on what happens to its one child. It is not asked to end: it would ask the child twice. */
  readonly guard: boolean;
}

/** A living process, as the operating system tells it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Whether it carries the mark that was looked for. Reading it may cost, so it is asked last. */
  marked(): boolean;
}

/** The members among `entries`: by group, session or mark, and whatever descends from one of those. */
export function familyMembers(entries: readonly ProcessEntry[], family: ProcessFamily): ProcessEntry[] {
  const leader = family.leader?.pid;
  const members = new Map<number, ProcessEntry>();
  const children = Map.groupBy(entries, (entry) => entry.parent);
  const add = (entry: ProcessEntry) => {
    if (members.has(entry.pid) || entry.pid === Deno.pid) return;
    members.set(entry.pid, entry);
    children.get(entry.pid)?.forEach(add);
  };
  for (const entry of entries) {
    if (members.has(entry.pid)) continue;
    if (entry.pid === leader || entry.group === leader || entry.session === leader || entry.marked()) {
      add(entry);
    }
  }
  return [...members.values()];
}
