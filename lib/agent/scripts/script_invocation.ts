import { win32 } from "node:path";
import { batchScript, posixScript, powerShellScript, type ScriptText } from "./script_text.ts";
import { splitShellWords } from "./shell_words.ts";

/** How the lines of a script are run. */
export interface ScriptInvocation {
  /** The program and its arguments, given where the script's file is; without a `script` it needs none. */
  readonly argv: (file: string) => [string, ...string[]];
  readonly script?: ScriptText;
}

export interface ScriptInvocationOptions {
  /** The machine's operating system, in Go's spelling. */
  readonly os: string;
  /** `CIRRUS_SHELL`, where the task sets it. */
  readonly shell?: string | undefined;
  /** Expands the task's variables, which no shell does for a `direct` command. */
  readonly expand: (text: string) => string;
}

/** Runs the script by `bash` where there is one: only inside the machine this can be told. */
const BASH_ELSE_SH = 'if command -v bash >/dev/null 2>&1; then exec bash "$0"; else exec /bin/sh "$0"; fi';

/**
 * Chooses the shell for a script: `CIRRUS_SHELL`, else cmd.exe on Windows and elsewhere `bash` if the machine
 * has it, else `/bin/sh`. With `direct` the first line is a command that runs without a shell. Throws an `Error`
 * for a `CIRRUS_SHELL` or a direct command that cannot be read.
 */
export function scriptInvocation(
  lines: readonly string[],
  options: ScriptInvocationOptions,
): ScriptInvocation {
  const { os, shell, expand } = options;
  const windows = os === "windows";
  if (shell === "direct") {
    const argv = splitShellWords(expand(lines[0] ?? ""), { backslashPaths: windows });
    return { argv: () => argv };
  }
  if (!shell && !windows) {
    return { argv: (file) => ["/bin/sh", "-c", BASH_ELSE_SH, file], script: posixScript(lines) };
  }
  // Programs stand in folders with blanks on Windows, so that there it is a path and nothing else.
  const command: [string, ...string[]] = windows
    ? [shell || "cmd.exe"]
    : splitShellWords(shell ?? "", { backslashPaths: false });
  switch (shellName(command[0])) {
    case "cmd":
      return { argv: (file) => [...command, "/c", file], script: batchScript(lines) };
    case "powershell":
    case "pwsh":
      return {
        argv: (file) => [...command, "-ExecutionPolicy", "Bypass", "-File", file],
        script: powerShellScript(lines),
      };
    default:
      return { argv: (file) => [...command, file], script: posixScript(lines) };
  }
}

/** `C:\Windows\PowerShell.exe` is `powershell`; Windows' rules read POSIX paths too. */
function shellName(program: string): string {
  return win32.basename(program).toLowerCase().replace(/\.exe$/, "");
}
