import { join } from "node:path";
import { ProgramError, runProgram } from "./run_program.ts";
import { checkRuntimeBase } from "./runtime_base.ts";
import type { Target } from "./targets.ts";

/** Where `deno compile` finds what it needs. */
export interface CompileOptions {
  /** What `stageProgram` made. */
  readonly staged: string;
  /** Where the executable is written. */
  readonly directory: string;
  /** The Deno that compiles; it must be of the version of the runtime base. */
  readonly deno: string;
  /** The value of `DENORT_BIN`: a runtime base that need not be downloaded. */
  readonly runtimeBase: string | undefined;
}

/** The arguments of `deno` that make the executable of a target; it runs in the folder that `stageProgram` made. */
export function compileArguments(target: Target, output: string): readonly string[] {
  return [
    "compile",
    "--quiet",
    "--allow-all",
    "--no-config",
    "--no-lock",
    "--no-check",
    // It would be a file of a known name in the folder for temporary files, where others could put one of theirs. A start
    // takes 10 ms more without.
    "--no-code-cache",
    `--target=${target.triple}`,
    "--include=assets",
    `--output=${output}`,
    "bundle/entry.js",
  ];
}

/** Makes the executable of a target and resolves with its path. Rejects with what to do where the runtime base is missing. */
export async function compileTarget(target: Target, options: CompileOptions): Promise<string> {
  const { staged, directory, deno, runtimeBase } = options;
  if (runtimeBase !== undefined) await checkRuntimeBase(runtimeBase, target);
  await Deno.mkdir(directory, { recursive: true });
  const output = join(directory, target.executable);
  try {
    await runProgram(deno, compileArguments(target, output), { cwd: staged });
  } catch (cause) {
    throw compileError(target, cause);
  }
  return output;
}

function compileError(target: Target, cause: unknown): unknown {
  if (!(cause instanceof ProgramError)) return cause;
  const url = cause.output.match(/https:\/\/dl\.deno\.land\/\S+?\.zip/)?.[0];
  if (url === undefined) return cause;
  return new Error(
    `Compiling ${target.executable}: the runtime base ${url} cannot be downloaded; ` +
      `connect to the network, or fetch it elsewhere, unpack it and set DENORT_BIN to the file denort in it`,
    { cause },
  );
}
