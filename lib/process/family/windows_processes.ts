/**
 * Ends a process and its descendants as Windows knows them: by `taskkill`, which follows the numbers of living
 * parents. What was left behind by a parent that is over is not found. Console programs have no way to be asked,
 * so there is no grace.
 */
export async function endWindowsTree(
  pid: number,
  run: (argv: string[]) => Promise<void> = runQuietly,
): Promise<void> {
  await run(["taskkill", "/PID", String(pid), "/T", "/F"]);
}

async function runQuietly([program = "", ...args]: string[]): Promise<void> {
  await new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" }).output();
}
