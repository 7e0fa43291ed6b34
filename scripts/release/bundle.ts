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
  await dropIdleImports(directory);
}

/** What the bundler puts into the one file of its own helpers (Deno 2.9.3). */
const HELPERS = 'import { createRequire as __deno_internal_createRequire } from "node:module";';

/**
 * Every file of a bundle imports that of the bundler's helpers, also where it takes nothing from it; and that one loads
 * `node:module`, which takes longer than all the rest of `--version`. It has no other effect, so those imports go.
 */
async function dropIdleImports(directory: string): Promise<void> {
  const names = Array.from(Deno.readDirSync(directory), ({ name }) => name).filter((name) =>
    name.endsWith(".js")
  );
  const texts = new Map<string, string>();
  for (const name of names) texts.set(name, await Deno.readTextFile(join(directory, name)));
  const helpers = names.find((name) => texts.get(name)?.includes(HELPERS));
  if (helpers === undefined) {
    throw new Error("Bundling the program: no file has the bundler's helpers; look at what it makes now");
  }
  const idle = `import "./${helpers}";\n`;
  for (const [name, text] of texts) {
    if (text.includes(idle)) await Deno.writeTextFile(join(directory, name), text.replaceAll(idle, ""));
  }
}
