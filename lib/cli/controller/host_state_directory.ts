import { defaultStateDirectory } from "../../worker/state_directory.ts";
import type { Io } from "../io.ts";

/** Where this user's state is on this host. Throws an `Error` where there is no such place. */
export function hostStateDirectory({ environment }: Pick<Io, "environment">): string {
  const facts = { os: Deno.build.os, environment: { get: (name: string) => environment.get(name) } };
  return defaultStateDirectory(facts, { flag: "--data-dir" });
}
