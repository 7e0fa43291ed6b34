import type { ProcessEntry } from "./process_family.ts";
import { carriesMark } from "./process_mark.ts";

/**
 * `ps` of macOS: `-E` puts the environment behind the command, `-ww` cuts nothing off. It hides the environment
 * of programs that System Integrity Protection covers; their group and ancestors still tell whose they are.
 */
const PS = ["/bin/ps", "-axww", "-E", "-o", "pid=,ppid=,pgid=,stat=,command="] as const;

/** All living processes of this host, as `ps` tells them. */
export async function bsdProcesses(): Promise<ProcessEntry[]> {
  const [program, ...args] = PS;
  const { stdout } = await new Deno.Command(program, { args, stderr: "null" }).output();
  return parseProcesses(new TextDecoder().decode(stdout));
}

/** Reads what `ps` prints. A line that does not begin as one continues the command before it. */
export function parseProcesses(text: string): ProcessEntry[] {
  const starts = /^ *(\d+) +(\d+) +(\d+) +(\S+)(?: (.*(?:\n(?! *\d+ +\d+ +\d+ +\S).*)*))?$/gm;
  return [...text.matchAll(starts)].flatMap(([, pid, parent, group, state, command = ""]): ProcessEntry[] => {
    if (state?.startsWith("Z")) return [];
    return [{
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      carries: (mark) => carriesMark(command.split(/\s+/), mark),
    }];
  });
}
