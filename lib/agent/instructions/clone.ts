import { programUser } from "../../process/user/program_user.ts";
import { readCloneRequest } from "../clone/clone_request.ts";
import { cloneRepository } from "../clone/clone_repository.ts";
import { HostRepositoryRefused } from "../clone/host_repository_refused.ts";
import { Mirrors } from "../clone/mirrors.ts";
import type { InstructionHandler } from "./instruction.ts";

/** `clone`: brings the task's repository, or the project of the person who runs the task. */
export const runCloneInstruction: InstructionHandler<"cloneInstruction"> = async (_instruction, context) => {
  const { machine, workingDirectory, projectSource, environment, signal } = context;
  const lines: Promise<void>[] = [];
  const log = (line: string) => void lines.push(context.log.writeLine(line));
  if (projectSource) {
    await projectSource.deliver({ machine, directory: workingDirectory }, { log, signal });
  } else {
    const request = readCloneRequest(environment);
    if (request.url.kind === "file" && programUser() !== undefined) {
      throw new HostRepositoryRefused(request.url);
    }
    await cloneRepository(request, {
      machine,
      directory: workingDirectory,
      mirrors: new Mirrors(context.mirrors),
      hostDirectory: context.spoolDirectory,
      log,
      signal,
    });
  }
  await Promise.all(lines);
  return { kind: "passed" };
};
