import { join } from "node:path";
import type { Io } from "../io.ts";
import { hostStateDirectory } from "./host_state_directory.ts";

/** Where this host's controller keeps its data without `--data-dir`. Throws an `Error` where there is no such place. */
export function defaultDataDirectory(io: Pick<Io, "environment">): string {
  return join(hostStateDirectory(io), "controller");
}
