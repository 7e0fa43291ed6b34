import { join } from "node:path";
import { defaultStateDirectory } from "../../worker/state_directory.ts";
import type { Io } from "../io.ts";

/** Where this host's controller keeps its data without `--data-dir`. Throws an `Error` where there is no such place. */
export function defaultDataDirectory({ environment }: Pick<Io, "environment">): string {
  const facts = { os: Deno.build.os, environment: { get: (name: string) => environment.get(name) } };
  return join(defaultStateDirectory(facts, { flag: "--data-dir" }), "controller");
}
