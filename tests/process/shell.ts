import type { ExitStatus } from "../../lib/process/exit_status.ts";
import type { ProcessCommand } from "../../lib/process/process_command.ts";
import { type RunningProcess, startProcess } from "../../lib/process/start_process.ts";

export const ENVIRONMENT: ReadonlyMap<string, string> = new Map([["PATH", "/usr/bin:/bin:/usr/sbin:/sbin"]]);

export interface ShellOptions extends Partial<Omit<ProcessCommand, "argv">> {
  readonly signal?: AbortSignal;
  readonly shell?: string;
  readonly mark?: string;
}

/** Starts a script as a task's is started. */
export function startShell(script: string, options: ShellOptions = {}): Promise<RunningProcess> {
  const { signal = new AbortController().signal, shell = "bash", mark = "cirrus-test" } = options;
  return startProcess({
    argv: [shell, "-c", script],
    environment: ENVIRONMENT,
    workingDirectory: "/",
    ...options,
  }, { signal, mark });
}

/** Runs a script to its end. */
export async function runShell(
  script: string,
  options: ShellOptions = {},
): Promise<{ text: string; status: ExitStatus }> {
  const process = await startShell(script, options);
  const text = await new Response(process.output).text();
  return { text, status: await process.status };
}

/** The text of a process's output as it comes. */
export function outputText(
  process: RunningProcess,
): { holds(text: string): Promise<void>; all(): Promise<string> } {
  const reader = process.output.pipeThrough(new TextDecoderStream()).getReader();
  let seen = "";
  const more = async () => {
    const { value = "", done } = await reader.read();
    seen += value;
    return !done;
  };
  return {
    async holds(text) {
      while (!seen.includes(text)) {
        if (!await more()) throw new Error(`The output ended without ${text}: ${seen}`);
      }
    },
    async all() {
      while (await more());
      return seen;
    },
  };
}

/** A `sleep` that no other test runs, to be looked for afterwards. */
export class Sleeper {
  readonly #seconds = `9${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  readonly command = `sleep ${this.#seconds}`;

  /** How many of them run. */
  async count(): Promise<number> {
    const { stdout } = await new Deno.Command("ps", { args: ["-axww", "-o", "stat=,args="] }).output();
    const lines = new TextDecoder().decode(stdout).split("\n").map((line) => line.trim().split(/\s+/));
    return lines.filter(([state, program, seconds]) =>
      !state?.startsWith("Z") && program === "sleep" && seconds === this.#seconds
    ).length;
  }
}
