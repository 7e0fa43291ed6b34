import type { InstructionHandler } from "./instruction.ts";
import { UnknownInstruction } from "./unknown_instruction.ts";

/** `clone`: brings the project of the person who runs the task. */
export const runCloneInstruction: InstructionHandler<"cloneInstruction"> = async (_instruction, context) => {
  const { machine, workingDirectory, projectSource, log, signal } = context;
  if (!projectSource) throw new UnknownInstruction("clone");
  const lines: Promise<void>[] = [];
  await projectSource.deliver({ machine, directory: workingDirectory }, {
    log: (line) => void lines.push(log.writeLine(line)),
    signal,
  });
  await Promise.all(lines);
  return { kind: "passed" };
};
