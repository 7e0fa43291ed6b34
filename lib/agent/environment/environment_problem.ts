import { Buffer } from "node:buffer";
import type { Platform } from "../../machine/machine.ts";

/** Linux takes no longer string than this in an environment: name, `=`, value and a NUL (MAX_ARG_STRLEN). */
const LINUX_MAX_BYTES = 128 * 1024;

/** What no program could be started with, as a sentence that names the variable; undefined when all is well. */
export function environmentProblem(
  environment: ReadonlyMap<string, string>,
  platform: Platform,
): string | undefined {
  for (const [name, value] of environment) {
    if (name === "" || name.includes("=") || name.includes("\0")) {
      return `The environment has a variable with the name ${
        JSON.stringify(name)
      }: a name must not be empty ` +
        "or contain = or a NUL byte; rename it";
    }
    if (value.includes("\0")) {
      return `The environment variable ${name} has a NUL byte in its value: no program can be given that; ` +
        "encode the value, for example with base64";
    }
    if (platform.os !== "linux") continue;
    // A UTF-16 unit makes 3 bytes at most, so that most values need not be measured.
    if ((name.length + value.length) * 3 + 2 <= LINUX_MAX_BYTES) continue;
    const bytes = Buffer.byteLength(name) + Buffer.byteLength(value) + 2;
    if (bytes > LINUX_MAX_BYTES) {
      return `The environment variable ${name} is too large: with its name it has ${bytes} bytes, and Linux ` +
        `starts no program with one of more than ${LINUX_MAX_BYTES}; put the value into a file instead`;
    }
  }
  return undefined;
}
