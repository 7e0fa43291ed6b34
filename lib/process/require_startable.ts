import { delimiter, resolve } from "node:path";

/** Where programs are looked for when the environment has no PATH: what `sh` does then (POSIX `getconf PATH`). */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/** What a program is to be started with. */
export interface StartRequest {
  readonly argv: readonly [string, ...string[]];
  readonly environment: ReadonlyMap<string, string>;
  readonly workingDirectory: string;
}

/** Rejects, saying what is wrong, when a program cannot be started: the shell in between could only say 126 or 127. */
export async function requireStartable(request: StartRequest): Promise<void> {
  const { argv: [program], environment, workingDirectory } = request;
  const failed = (problem: string) => new Error(`Starting ${program}: ${problem}`);

  const directory = await statOrUndefined(workingDirectory);
  if (!directory) throw failed(`its working directory ${workingDirectory} does not exist`);
  if (!directory.isDirectory) throw failed(`its working directory ${workingDirectory} is no directory`);

  const named = program.includes("/");
  const folders = named ? [""] : (environment.get("PATH") ?? DEFAULT_PATH).split(delimiter);
  let found = false;
  for (const folder of folders) {
    const file = await statOrUndefined(resolve(workingDirectory, folder, program));
    if (!file) continue;
    if (file.isFile && (file.mode ?? 0) & 0o111) return;
    found = true;
  }
  if (found) throw failed("it is no executable file; check its permissions");
  throw failed(
    named
      ? "there is no such file"
      : `there is no such program in the PATH ${folders.join(delimiter)}; install it or extend PATH`,
  );
}

async function statOrUndefined(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch {
    return undefined;
  }
}
