import { join } from "node:path";
import { parseArgs } from "node:util";
import { readBuildIdentity } from "./release/build_identity.ts";
import { makeRelease } from "./release/make_release.ts";
import { runScript } from "./release/run_script.ts";
import { TARGETS, targetsNamed } from "./release/targets.ts";

const USAGE = `USAGE
  deno task release [--output DIR] [TARGET...]

Make the files of a release: an archive for each target, Debian packages, SHA256SUMS, the list of dependencies
(CycloneDX) and the notes of CHANGELOG.md. Without a target: for every one. The checkout must have no changes.

TARGETS
  ${TARGETS.map((target) => target.name).join(", ")}

FLAGS
  --output DIR    where the files go [default = dist/release]

ENVIRONMENT
  DENORT_BIN, COMPILE_DENO: see deno task compile --help
`;

await runScript(async () => {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      output: { type: "string", default: "dist/release" },
      help: { type: "boolean", default: false, short: "h" },
    },
  });
  if (flags.help) return console.log(USAGE);
  const root = join(import.meta.dirname ?? ".", "..");
  const identity = await readBuildIdentity(root);
  if (identity.changed) {
    throw new Error("The checkout has changes that no commit has: commit them, or undo them");
  }
  const files = await makeRelease({
    root,
    targets: positionals.length === 0 ? TARGETS : targetsNamed(positionals),
    identity,
    directory: flags.output,
    deno: Deno.env.get("COMPILE_DENO") ?? Deno.execPath(),
    runtimeBase: Deno.env.get("DENORT_BIN"),
  });
  for (const file of files) console.log(file);
});
