import { createHash } from "node:crypto";

/**
 * A second form of a mark, for processes that empty their environment: the soft limit of resident memory, which
 * Linux does not enforce since 2.4.30 (getrlimit(2), RLIMIT_RSS), which every child inherits, and which the owner
 * of a process can read. It is larger than any memory, so that whoever looks at it learns of no bound.
 */
const FIRST_KIBIBYTES = 2 ** 52;
const OUTER_BITS = 30;
const INNER_BITS = 22;

/** The limit, in units of 1,024 bytes as `ulimit -m` takes it, that stands for a mark of the form `OUTER/INNER`. */
export function limitOfMark(mark: string): number {
  const end = mark.lastIndexOf("/");
  const outer = digest(mark.slice(0, end), OUTER_BITS);
  return FIRST_KIBIBYTES + outer * 2 ** INNER_BITS + digest(mark.slice(end + 1), INNER_BITS);
}

/** Whether the text of a /proc/PID/limits (proc_pid_limits(5)) stands for `mark`, or for one right below it. */
export function limitsCarryMark(limits: string, mark: string): boolean {
  const bytes = /^Max resident set +(\d+)/m.exec(limits)?.[1];
  const kibibytes = Number(bytes) / 1024 - FIRST_KIBIBYTES;
  if (!(kibibytes >= 0 && kibibytes < FIRST_KIBIBYTES)) return false;
  return Math.floor(kibibytes / 2 ** INNER_BITS) === digest(mark, OUTER_BITS) ||
    kibibytes + FIRST_KIBIBYTES === limitOfMark(mark);
}

function digest(text: string, bits: number): number {
  return createHash("sha256").update(text).digest().readUInt32BE() >>> (32 - bits);
}
