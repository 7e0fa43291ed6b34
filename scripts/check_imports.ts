/** Checks that imports go down the table of rooms and never in a circle. Ends with 1 when one does not. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { cycles } from "./imports/cycles.ts";
import { importsOf } from "./imports/import_graph.ts";
import { violations } from "./imports/violations.ts";

const root = join(import.meta.dirname ?? ".", "..");
const files = globSync(["main.ts", "lib/**/*.ts"], { cwd: root }).map((file) => join(root, file));
const imports = await importsOf(files, { root });
const problems = [
  ...violations(imports),
  ...cycles(imports).map((files) => `Import cycle: ${files.join(" -> ")}`),
];
for (const problem of problems) console.error(problem);
console.log(`${imports.length} imports of ${files.length} files, ${problems.length} problems`);
if (problems.length > 0) Deno.exitCode = 1;
