import { posix, win32 } from "node:path";
import type { Platform } from "../machine/machine.ts";

/** The path functions of a machine, whatever the worker's host is. */
export function machinePaths(platform: Platform): typeof posix {
  return platform.os === "windows" ? win32 : posix;
}
