/** A script as it is written to a file for its shell. */
export interface ScriptText {
  /** With the dot. */
  readonly extension: string;
  readonly content: string;
}

/**
 * For shells of the Bourne family: stops at the first line that fails, also within a pipeline where the shell
 * can tell, and shows each line before it runs. A shell without `pipefail` exits when asked for it, so a
 * subshell tries first.
 */
export function posixScript(lines: readonly string[]): ScriptText {
  const header = ["set -e", "if (set -o pipefail) 2>/dev/null; then set -o pipefail; fi", "set -o verbose"];
  return { extension: ".sh", content: [...header, ...lines, ""].join("\n") };
}

/**
 * For cmd.exe, which knows no way to stop at the first failure: the exit code is looked at after each line.
 * `call`, as a batch file that is started without it never comes back.
 */
export function batchScript(lines: readonly string[]): ScriptText {
  const commands = lines.filter((line) => line.trim() !== "");
  const content = commands.map((line) => `call ${line}\r\nif %errorlevel% neq 0 exit /b %errorlevel%\r\n`);
  return { extension: ".bat", content: content.join("") };
}

/**
 * For PowerShell: stops at the first error, and draws no progress bars into the log. Windows PowerShell takes a
 * file for UTF-8 only when it begins with a byte order mark.
 */
export function powerShellScript(lines: readonly string[]): ScriptText {
  const header = ['$ErrorActionPreference = "Stop"', '$ProgressPreference = "SilentlyContinue"'];
  return { extension: ".ps1", content: "\ufeff" + [...header, ...lines, ""].join("\r\n") };
}
