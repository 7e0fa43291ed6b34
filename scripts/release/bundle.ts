import { join } from "node:path";
import { runProgram } from "./run_program.ts";

/**
 * Writes the program and all of its dependencies to `directory` as a few JavaScript files, `entry.js` among them:
 * one for the start and one for what each command loads, since loading takes most of the time of a short command.
 */
export async function bundleProgram(root: string, directory: string): Promise<void> {
  await runProgram(Deno.execPath(), [
    "bundle",
    "--quiet",
    "--frozen",
    "--platform=deno",
    "--code-splitting",
    // Not `--minify`: @stricli/core tells its errors apart by the names of their classes, and its `--keep-names` leaves a
    // `require` in the bundle that throws (Deno 2.9.3).
    // Optional parts of packages that are made for one platform; what asks for them does without.
    "--external=*.node",
    `--outdir=${directory}`,
    join(root, "scripts/release/entry.ts"),
  ], { cwd: root });
}
