import { limitOfMark } from "./family/limit_mark.ts";
import type { ProcessCommand } from "./process_command.ts";

/** What is started in the place of a program, to give it one pipe for both of its outputs. */
export interface Launcher {
  readonly argv: readonly [string, ...string[]];
  /** True where it makes a session of its own, which whoever starts it need not do then. */
  readonly startsSession: boolean;
  /** True where the launcher stays, as the program's parent, and ends as the program does. */
  readonly guard: boolean;
  /** False where both outputs stay apart: Windows has no shell that joins them without changing the arguments. */
  readonly joinsOutputs: boolean;
}

/** The outputs joined, and then the program in the place of the shell. */
const JOIN_OUTPUTS = 'exec 2>&1; exec "$@"';

/**
 * The shell that joins the outputs. dash and ash drop variables whose names are no shell names, such as Gradle's
 * `ORG_GRADLE_PROJECT_signing.keyId`; bash passes them on, and in POSIX mode it reads no start-up file (`BASH_ENV`).
 */
const SHELL = ["/bin/sh", "-c"] as const;
const SHELL_FOR_ODD_NAMES = ["/bin/bash", "--posix", "-c"] as const;

/** GNU's `timeout` without a time limit: it waits for its child, passes signals on to it and dies of what it died of. */
const GUARD = ["/usr/bin/timeout", "--foreground", "0"] as const;

/**
 * Starts a session and a group. Deno would do so too (`detached`), but copies its own process for that instead of lending
 * the new one its memory: that takes 1.2 ms of its thread with 150 MB and 3.4 ms with 800 MB, and this 1 ms of any core.
 */
const SESSION = "/usr/bin/setsid";

/**
 * How to start a program. Between this process and the program there is a guard where the host has one: a script
 * that kills its parent, or its parent's process group, ends the guard and thereby itself, not the worker. On
 * Linux the program carries `mark` as a limit, too (see `limitOfMark`).
 */
export async function launcherOf(command: ProcessCommand, mark: string): Promise<Launcher> {
  if (Deno.build.os === "windows") {
    return { argv: command.argv, startsSession: false, guard: false, joinsOutputs: false };
  }
  const guard = await (guardWorks ??= probeGuard());
  const oddNames = command.environment.keys().some((name) => !/^[A-Za-z_]\w*$/.test(name));
  const shell = oddNames && await isFile(SHELL_FOR_ODD_NAMES[0]) ? SHELL_FOR_ODD_NAMES : SHELL;
  const startsSession = Deno.build.os === "linux" && await isFile(SESSION);
  const setLimit = Deno.build.os === "linux" ? `ulimit -S -m ${limitOfMark(mark)} 2>/dev/null; ` : "";
  const line = setLimit + JOIN_OUTPUTS;
  const joined = [...shell, line, "sh", ...(guard ? GUARD : []), ...command.argv] as const;
  return {
    argv: startsSession ? [SESSION, ...joined] : joined,
    startsSession,
    guard,
    joinsOutputs: true,
  };
}

let guardWorks: Promise<boolean> | undefined;

/** Other makes of `timeout` turn a signal into an exit status, or know no such options. */
async function probeGuard(): Promise<boolean> {
  const [program, ...args] = GUARD;
  try {
    const probe = new Deno.Command(program, {
      args: [...args, "/bin/sh", "-c", "kill -KILL $$"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
    return (await probe.spawn().status).signal === "SIGKILL";
  } catch {
    return false;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
