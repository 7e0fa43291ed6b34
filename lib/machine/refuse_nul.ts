import type { MachineCommand } from "./machine.ts";

/** Throws an `Error` for an argument or variable with a NUL character in it, which would be lost on the way. */
export function refuseNul({ argv, environment }: MachineCommand): void {
  if ([...argv, ...[...environment].flat()].some((text) => text.includes("\0"))) {
    throw new Error(
      `Starting ${
        argv[0]
      }: an argument or variable holds a NUL character, which no program can be given; remove it`,
    );
  }
}
