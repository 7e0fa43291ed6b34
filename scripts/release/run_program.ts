/** What to run beside the program's arguments. */
export interface RunProgramOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program that ended with an exit status other than 0; the message holds what it wrote. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
  /** Standard error, then standard output. */
  readonly output: string;

  constructor(command: string, output: string) {
    super(`Running ${command} failed:\n${output}`);
    this.output = output;
  }
}

/** Runs a program to its end and resolves with its standard output. Rejects with a `ProgramError`. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env }: RunProgramOptions = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    env: { NO_COLOR: "1", ...env },
    ...(cwd === undefined ? {} : { cwd }),
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new ProgramError([program, ...args].join(" "), `${err}${out}`);
  return out ?? "";
}
