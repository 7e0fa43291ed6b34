/** What a process takes of the machine, as /proc tells. */
export class ProcessMeter {
  readonly #pid: number;

  constructor(pid: number) {
    this.#pid = pid;
  }

  /** Proportional set size in bytes: of the process, with its share of what it shares with others. */
  memory(): number {
    const rollup = Deno.readTextFileSync(`/proc/${this.#pid}/smaps_rollup`);
    return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? NaN) * 1024;
  }

  /** Starts to watch for the peak of the resident memory, and returns the bytes it has now. */
  resetPeakMemory(): number {
    // 5 resets the high-water mark: proc(5), /proc/pid/clear_refs.
    Deno.writeTextFileSync(`/proc/${this.#pid}/clear_refs`, "5");
    return this.#status("VmRSS");
  }

  /** The most resident memory since the last reset, in bytes. */
  peakMemory(): number {
    return this.#status("VmHWM");
  }

  /** Processor time used so far, in seconds, by the process and the children it has waited for. */
  cpuSeconds(): number {
    const stat = Deno.readTextFileSync(`/proc/${this.#pid}/stat`);
    // Fields 14 to 17 of proc(5), after the name, which may hold spaces: user and system time in ticks of 10 ms.
    const [user, system, childUser, childSystem] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(
      11,
      15,
    );
    return [user, system, childUser, childSystem].reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
  }

  #status(field: string): number {
    const status = Deno.readTextFileSync(`/proc/${this.#pid}/status`);
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? NaN) * 1024;
  }
}
