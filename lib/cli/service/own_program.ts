import { fileURLToPath } from "node:url";

/** How this program is started: the executable, or Deno with the sources it was started from. */
export function ownProgram(): readonly [string, ...string[]] {
  if (Deno.build.standalone) return [Deno.execPath()];
  return [Deno.execPath(), "run", "--allow-all", fileURLToPath(Deno.mainModule)];
}
