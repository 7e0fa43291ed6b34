import type { CommandFile, MachineCommand } from "../machine.ts";
import { markInProc } from "./session_script.ts";
import { shellQuote } from "../shell_quote.ts";
import { carryOdd, needsPerl, SET_ODD_NAMES, sortVariables } from "../shell_variables.ts";
import type { SessionFacts } from "./shell_session.ts";

export interface ProgramRequest {
  readonly command: MachineCommand;
  /** See `programMark`. */
  readonly mark: number;
  /** With `setsid`, a program gets a session of its own; with `perl`, variables whose names no shell can set. */
  readonly tools: SessionFacts["tools"];
  /** True drops standard error instead of joining it with standard output. */
  readonly dropErrors?: boolean;
}

/**
 * What the second shell of a session is told to run a program. Its variables are part of this text, which travels
 * through a pipe: they are on no command line and in no environment of the host, and none of them can change what the
 * engine's own program does (`DOCKER_HOST`, `PATH`, `HOME`).
 */
export function programRequest({ command, mark, tools, dropErrors = false }: ProgramRequest): string {
  const { argv: [program], argv, environment, workingDirectory, files = [] } = command;
  const words = argv.map(shellQuote).join(" ");
  const { plain, odd } = sortVariables(environment);
  const perl = odd.length === 0 ? undefined : tools.get("perl");
  const setsid = tools.get("setsid");
  const starter = [
    ...setsid === undefined ? [] : [shellQuote(setsid)],
    ...perl === undefined ? [] : [shellQuote(perl), SET_ODD_NAMES],
  ];
  const fail = (text: string) => `{ tell started-${mark} 1 ${shellQuote(text)}; exit 126; }`;
  const lines = [
    `ulimit -S -m ${mark}`,
    ...files.map((file) => writeFile(file, fail)),
    `cd -- ${shellQuote(workingDirectory)} || ${
      fail(`its working directory ${workingDirectory} does not exist`)
    }`,
    "unset PATH",
    ...[...plain, ...perl === undefined ? [] : carryOdd(odd)].map(([name, value]) => exportLine(name, value)),
    ...perl === undefined ? odd.map(([name, value]) => exportIfPossible({ name, value }, fail)) : [],
    program.includes("/")
      ? `[ -f ${shellQuote(program)} ] || ${fail("there is no such file")}
[ -x ${shellQuote(program)} ] || ${fail("it is no executable file; check its permissions")}`
      : `command -v -- ${shellQuote(program)} >/dev/null || ${
        fail(`there is no such program in PATH (${environment.get("PATH") ?? ""}); install it or extend PATH`)
      }`,
    `tell started-${mark} 0`,
  ];
  // What the shell itself says, that its child was killed for one, must not get into the program's output.
  return `{ (exec 2>/dev/null
${lines.join("\n")}
exec ${[...starter, words].join(" ")} 2>${dropErrors ? "/dev/null" : "&6"} 6>&- 7>&-
) </dev/null >&6
echo ${mark} $?; } 2>&1 | {
s=137 k=signaled
while read -r a b; do
case $a in ${mark}) s=$b k=\${t:-exited};; *) t=signaled;; esac
done
tell over-${mark} $s $k
}`;
}

/** What the second shell is told once a program is over: `sweep` ends what it left running, then the output ends. */
export function finishRequest(mark: number, options: { sweep: boolean; marker: string }): string {
  const sweep = options.sweep ? `end ${markInProc(mark)}` : "left=0";
  return `${sweep}; tell finished-${mark} $left; printf %s ${shellQuote(options.marker)} >&6`;
}

function writeFile({ path, content, mode = 0o600 }: CommandFile, fail: (text: string) => string): string {
  const target = shellQuote(path);
  const problem = fail(`the file ${path} cannot be written; its folder must exist and be writable`);
  const text = shellQuote(new TextDecoder().decode(content));
  const chmod = mode === 0o600 ? `[ ! -e ${target} ] ||` : `: >${target} &&`;
  return `(umask 077; { ${chmod} chmod ${
    mode.toString(8)
  } ${target}; } && printf %s ${text} >${target}) || ${problem}`;
}

/**
 * A variable that not every shell can set: one that this one keeps for itself is left out, as asking for it would end
 * the shell.
 */
function exportIfPossible(
  { name, value }: { name: string; value: string },
  fail: (text: string) => string,
): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return fail(needsPerl(name));
  const line = exportLine(name, value);
  return `(${line}) 2>/dev/null && ${line}`;
}

function exportLine(name: string, value: string): string {
  return `export ${name}=${shellQuote(value)}`;
}
