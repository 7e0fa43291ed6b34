import { Buffer } from "node:buffer";
import { delimiter, resolve } from "node:path";
import type { ProcessCommand } from "./process_command.ts";

/** Where programs are looked for when the environment has no PATH, as dash and bash do. */
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Linux takes no single argument or variable that is longer, its end included: MAX_ARG_STRLEN, execve(2). */
const MAX_STRING_BYTES = 131_072;

/**
 * Rejects, saying what is wrong, when a program cannot be started. It is looked at beforehand because the shell
 * that starts it could only end with 126 or 127, as the program itself may.
 */
export async function requireStartable(command: ProcessCommand): Promise<void> {
  const problem = wrongString(command) ?? await wrongDirectory(command) ?? await wrongProgram(command);
  if (problem !== undefined) throw new Error(`Starting ${command.argv[0]}: ${problem}`);
}

function wrongString({ argv, environment }: ProcessCommand): string | undefined {
  const strings: [what: string, value: string][] = [
    ...argv.map((value, index): [string, string] => [`argument ${index}`, value]),
    ...environment.entries().map(([name, value]): [string, string] => [
      `the variable ${name}`,
      `${name}=${value}`,
    ]),
  ];
  for (const [what, value] of strings) {
    if (value.includes("\0")) {
      return `${what} holds a NUL character, which no program can be given; remove it`;
    }
    const bytes = Buffer.byteLength(value) + 1;
    if (Deno.build.os === "linux" && bytes > MAX_STRING_BYTES) {
      return `${what} has ${bytes} bytes, Linux takes ${MAX_STRING_BYTES}; put the value into a file`;
    }
  }
  return undefined;
}

async function wrongDirectory({ workingDirectory }: ProcessCommand): Promise<string | undefined> {
  const directory = await statOrUndefined(workingDirectory);
  if (!directory) return `its working directory ${workingDirectory} does not exist`;
  if (!directory.isDirectory) return `its working directory ${workingDirectory} is no directory`;
  return undefined;
}

async function wrongProgram(command: ProcessCommand): Promise<string | undefined> {
  // There, endings (PATHEXT) decide, and no shell stands between: the system's own error tells.
  if (Deno.build.os === "windows") return undefined;
  const { argv: [program], environment, workingDirectory } = command;
  const named = program.includes("/");
  const path = environment.get("PATH") ?? DEFAULT_PATH;
  let found: string | undefined;
  for (const folder of named ? [""] : path.split(delimiter)) {
    const candidate = resolve(workingDirectory, folder, program);
    const file = await statOrUndefined(candidate);
    if (file?.isFile && (file.mode ?? 0) & 0o111) return undefined;
    if (file) found ??= candidate;
  }
  if (found !== undefined) return `${found} is no executable file; check what it is and its permissions`;
  return named
    ? "there is no such file"
    : `there is no such program in PATH (${path}); install it or extend PATH`;
}

async function statOrUndefined(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch {
    return undefined;
  }
}
