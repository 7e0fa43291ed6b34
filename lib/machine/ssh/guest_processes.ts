import { parseProcesses } from "../../process/family/bsd_processes.ts";
import { limitOfMark } from "../../process/family/limit_mark.ts";
import { parseStat } from "../../process/family/linux_processes.ts";
import type { ProcessEntry, ProcessFamily } from "../../process/family/process_family.ts";
import type { ProcessHost } from "../../process/family/process_host.ts";
import type { Platform } from "../machine.ts";
import type { ControlShell } from "./control_shell.ts";

/** `ps` of macOS, as `bsdProcesses` of the process room has it. */
const PS = "ps -axww -E -o pid=,ppid=,pgid=,stat=,command=";

/** What separates the parts of a list; no line of /proc looks so. */
const NEXT = "<next>";

/** The processes of a VM, by its control shell. */
export function guestProcesses(shell: ControlShell, platform: Platform): ProcessHost {
  return {
    async list(family) {
      if (platform.os !== "linux") return parseProcesses(await shell.run(PS));
      return parseLinux(await shell.run(linuxList(family)), family);
    },
    async signal(name, pids) {
      const kill = `kill -s ${name.slice("SIG".length)} -- ${pids.join(" ")} 2>/dev/null`;
      // A task may have started some by sudo: those only root may end.
      await shell.run(`${kill} || sudo -n ${kill}`);
    },
  };
}

/** All processes, then the files in /proc of those that carry the family's mark: see `limitOfMark` for the second form. */
function linuxList({ mark }: ProcessFamily): string {
  const stats = "cat /proc/[0-9]*/stat 2>/dev/null";
  if (mark === undefined) return stats;
  const limit = BigInt(limitOfMark(mark)) * 1024n;
  return `${stats}; echo; echo "${NEXT}"; grep -lsF ${mark} /proc/[0-9]*/environ; ` +
    `grep -ls "^Max resident set  *${limit} " /proc/[0-9]*/limits`;
}

function parseLinux(text: string, { mark: whose }: ProcessFamily): ProcessEntry[] {
  const [stats = "", files = ""] = text.split(`\n${NEXT}\n`);
  const marked = new Set([...files.matchAll(/^\/proc\/(\d+)\//gm)].map(([, pid]) => Number(pid)));
  // A name with a line break in it, in its parentheses, makes two lines of one.
  return [...stats.matchAll(/^(\d+) \((?:.*\n)??.*\) [A-Za-z] .*$/gm)].flatMap(([line, number]) => {
    const pid = Number(number);
    const stat = parseStat(line);
    if (stat.state === "Z" || stat.state === "X") return [];
    return [{ pid, ...stat, carries: (mark) => mark === whose && marked.has(pid) }];
  });
}
