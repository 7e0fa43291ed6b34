import { join } from "node:path";
import { readBuildIdentity } from "../../../scripts/release/build_identity.ts";
import { compileTarget } from "../../../scripts/release/compile_target.ts";
import { stageProgram } from "../../../scripts/release/stage_program.ts";
import { hostTarget } from "../../../scripts/release/targets.ts";

export const ROOT = join(import.meta.dirname ?? ".", "../../..");

/**
 * The runtime base that executables are tested with. `DENORT_BIN` and `COMPILE_DENO` give one where the pinned Deno's
 * cannot be downloaded.
 */
export const BASE = {
  runtimeBase: Deno.env.get("DENORT_BIN"),
  deno: Deno.env.get("COMPILE_DENO") ?? Deno.execPath(),
};

/** Skips a test, to be spread into its definition, where there is no runtime base. */
export const NEEDS_BASE = { ignore: BASE.runtimeBase === undefined };

/** What is in every executable, and the executable for this machine, in a folder of the caller's. */
export async function compileProgram(directory: string): Promise<{ staged: string; executable: string }> {
  const staged = join(directory, "staged");
  await stageProgram(ROOT, staged, await readBuildIdentity(ROOT));
  return {
    staged,
    executable: await compileTarget(hostTarget(), { staged, directory: join(directory, "bin"), ...BASE }),
  };
}
