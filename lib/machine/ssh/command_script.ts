import { Buffer } from "node:buffer";
import { limitOfMark } from "../../process/family/limit_mark.ts";
import { MARK_VARIABLE } from "../../process/family/process_mark.ts";
import type { CommandFile, MachineCommand, Platform } from "../machine.ts";
import { refuseNul } from "../refuse_nul.ts";
import { shellQuote } from "../shell_quote.ts";
import { carryOdd, needsPerl, SET_ODD_NAMES, sortVariables } from "../shell_variables.ts";

/** What the script answers when the program is about to be started, or why it cannot be. */
export const STARTED = "started";

/**
 * The script that becomes a command's program: it makes the files, checks what can be checked, answers, and is
 * replaced. The program has nothing to read, and one stream for both of its outputs. The files must not hold a NUL
 * byte. Throws an `Error` for an argument or variable that does.
 */
export function commandScript(
  command: MachineCommand,
  options: { mark: string; platform: Platform },
): Uint8Array {
  const { argv, environment, workingDirectory } = command;
  const { mark, platform } = options;
  refuseNul(command);
  const { plain, odd } = sortVariables(environment);
  const variables = [...plain, ...carryOdd(odd), [MARK_VARIABLE, mark] as const];
  const words = argv.map(shellQuote).join(" ");
  const parts: (string | Uint8Array)[] = [
    'no() { printf "%s\\n" "$1"; exit 1; }',
    ...(command.files ?? []).map(writeFile),
    `[ -e ${shellQuote(workingDirectory)} ] || no ${
      shellQuote(`its working directory ${workingDirectory} does not exist`)
    }`,
    `cd -- ${shellQuote(workingDirectory)} 2>/dev/null || no ${
      shellQuote(`its working directory ${workingDirectory} is no directory, or must not be entered`)
    }`,
    ...(platform.os === "linux" ? [`ulimit -S -m ${limitOfMark(mark)} 2>/dev/null`] : []),
    "unset PATH OLDPWD",
    ...variables.map(([name, value]) => `export ${name}=${shellQuote(value)}`),
    requireProgram(argv[0], environment.get("PATH")),
    ...odd.slice(0, 1).map(([name]) => `command -v perl >/dev/null || no ${shellQuote(needsPerl(name))}`),
    `echo ${STARTED}`,
    `exec </dev/null 2>&1 ${odd.length === 0 ? "" : `perl ${SET_ODD_NAMES} `}${words}`,
    "",
  ];
  return Buffer.concat(parts.flatMap((part) => [Buffer.from(part), Buffer.from("\n")]));
}

/** The file has its mode before its first byte. */
function writeFile({ path, content, mode = 0o600 }: CommandFile): Uint8Array {
  const name = shellQuote(path);
  // Byte by byte: it need not be UTF-8.
  const text = shellQuote(Buffer.from(content).toString("latin1"));
  return Buffer.concat([
    Buffer.from(`(umask 077; : >${name} && chmod ${mode.toString(8)} ${name} && printf %s `),
    Buffer.from(text, "latin1"),
    // What a shell says of a write that fails leaves out why, so `cat` tries, too.
    Buffer.from(` >${name}) 2>/dev/null || no "cannot write "${name}": $( (echo | cat >>${name}) 2>&1)"`),
  ]);
}

function requireProgram(program: string, path: string | undefined): string {
  const quoted = shellQuote(program);
  if (!program.includes("/")) {
    const where = path === undefined ? "no PATH is set" : `PATH (${path})`;
    return `command -v ${quoted} >/dev/null 2>&1 || no ${
      shellQuote(`there is no such program in ${where}; install it or extend PATH`)
    }`;
  }
  return `[ -e ${quoted} ] || no 'there is no such file'\n` +
    `[ -f ${quoted} ] && [ -x ${quoted} ] || no ${
      shellQuote(`${program} is no executable file; check what it is and its permissions`)
    }`;
}
