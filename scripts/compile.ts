import { parseArgs } from "node:util";
import { join } from "node:path";
import { readBuildIdentity } from "./release/build_identity.ts";
import { compileTarget } from "./release/compile_target.ts";
import { runScript } from "./release/run_script.ts";
import { stageProgram } from "./release/stage_program.ts";
import { hostTarget, TARGETS, targetsNamed } from "./release/targets.ts";

const USAGE = `USAGE
  deno task compile [--all] [--output DIR] [TARGET...]

Make executables that need no Deno. Without a target: for this machine.

TARGETS
  ${TARGETS.map((target) => target.name).join(", ")}

FLAGS
  --all           every target
  --output DIR    where the executables go [default = dist]

ENVIRONMENT
  DENORT_BIN      a runtime base (denort) to use instead of downloading one
  COMPILE_DENO    the Deno that compiles [default = this one]; it must be of the version of the runtime base
`;

await runScript(async () => {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: "boolean", default: false },
      output: { type: "string", default: "dist" },
      help: { type: "boolean", default: false, short: "h" },
    },
  });
  if (flags.help) return console.log(USAGE);
  const root = join(import.meta.dirname ?? ".", "..");
  const targets = flags.all ? TARGETS : positionals.length === 0 ? [hostTarget()] : targetsNamed(positionals);
  const staged = await Deno.makeTempDir({ prefix: "cirrus-compile-" });
  try {
    await stageProgram(root, staged, await readBuildIdentity(root));
    for (const target of targets) {
      const path = await compileTarget(target, {
        staged,
        directory: flags.output,
        deno: Deno.env.get("COMPILE_DENO") ?? Deno.execPath(),
        runtimeBase: Deno.env.get("DENORT_BIN"),
      });
      console.log(`${path}: ${((await Deno.stat(path)).size / 1e6).toFixed(1)} MB`);
    }
  } finally {
    await Deno.remove(staged, { recursive: true });
  }
});
