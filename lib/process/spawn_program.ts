import { findProgram } from "./find_program.ts";
import { programUser, userVariables } from "./user/program_user.ts";
import { switchUser } from "./user/switch_user.ts";

export interface SpawnOptions {
  /** The whole environment; this process's own when absent. */
  readonly environment?: ReadonlyMap<string, string> | undefined;
  /** This process's own when absent. */
  readonly workingDirectory?: string | undefined;
  /** True runs it as this process's own user, whomever programs run as otherwise. */
  readonly ownUser?: boolean | undefined;
  /** True where the program makes a session of its own, and does so best before anything else. */
  readonly startsSession?: boolean | undefined;
  readonly stdin: "piped" | "null";
  readonly stderr: "piped" | "null";
}

/**
 * Starts a program as the user that programs run as, in a session of its own, its output piped. Throws
 * `Deno.errors.NotFound` when there is no such program.
 */
export function spawnProgram(
  argv: readonly [string, ...string[]],
  options: SpawnOptions,
): Deno.ChildProcess {
  const { environment, workingDirectory, startsSession = false, stdin, stderr } = options;
  const common = {
    detached: !startsSession,
    stdout: "piped",
    stderr,
    ...(workingDirectory !== undefined && { cwd: workingDirectory }),
  } as const;
  const user = options.ownUser ? undefined : programUser();
  if (user === undefined) {
    const [program, ...args] = argv;
    return new Deno.Command(program, {
      ...common,
      args,
      stdin,
      ...(environment && { env: Object.fromEntries(environment), clearEnv: true }),
    }).spawn();
  }
  const own = environment ?? new Map([...Object.entries(Deno.env.toObject()), ...userVariables()]);
  requireProgram(argv[0], own);
  const change = switchUser(argv, { user, environment: own });
  const [program, ...args] = change.argv;
  const child = new Deno.Command(program, {
    ...common,
    args,
    env: change.environment,
    clearEnv: true,
    stdin: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // How it ends tells when it did not read that.
  writer.write(change.input).catch(() => {});
  if (stdin === "null") writer.close().catch(() => {});
  writer.releaseLock();
  return child;
}

/**
 * What becomes another user could only end with a status, as the program itself may: whoever has a second choice must
 * know.
 */
function requireProgram(program: string, environment: ReadonlyMap<string, string>): void {
  if (program.includes("/") || findProgram(program, environment.get("PATH") ?? "") !== undefined) return;
  throw new Deno.errors.NotFound(`there is no program ${program} in PATH`);
}
