import type { InstructionHandler } from "./instruction.ts";

/** `exit`: the commands after it are not run. */
export const runExitInstruction: InstructionHandler<"exitInstruction"> = () =>
  Promise.resolve({ kind: "exit" });
