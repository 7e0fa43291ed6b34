import { bsdProcesses } from "./bsd_processes.ts";
import { linuxProcesses } from "./linux_processes.ts";
import type { ProcessEntry, ProcessFamily } from "./process_family.ts";

/** Where processes can be looked at and signalled. */
export interface ProcessHost {
  /** The living processes that may belong to a family. */
  list(family: ProcessFamily): ProcessEntry[] | Promise<ProcessEntry[]>;
  /** Sends a signal to processes, and to groups by their negative numbers. What is gone meanwhile is no failure. */
  signal(name: "SIGTERM" | "SIGKILL", pids: readonly number[]): void | Promise<void>;
}

/** The host that this program runs on. This process itself is never listed. */
export const THIS_HOST: ProcessHost = {
  async list(family) {
    const entries = Deno.build.os === "linux" ? linuxProcesses(family) : await bsdProcesses();
    return entries.filter(({ pid }) => pid !== Deno.pid);
  },
  signal(name, pids) {
    for (const pid of pids) send(pid, name);
  },
};

function send(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // Gone meanwhile, or another user's: the next look tells.
  }
}
