import type { FileInstruction } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { TaskEnvironment } from "../environment/task_environment.ts";
import { asMachineLost } from "../machine_lost.ts";
import { machinePaths } from "../machine_paths.ts";
import type { InstructionHandler } from "./instruction.ts";

/** `file`: writes a text, or the value of a variable, to a file. */
export const runFileInstruction: InstructionHandler<"fileInstruction"> = async (instruction, context) => {
  const { machine, environment, workingDirectory, log } = context;
  const content = contentOf(instruction, environment);
  if (content.kind === "none") {
    await log.writeLine(content.why);
    return { kind: "passed" };
  }
  const { resolve, dirname } = machinePaths(machine.platform);
  const path = resolve(workingDirectory, environment.expand(instruction.destinationPath));
  try {
    await machine.files.makeDirectory(dirname(path));
    await machine.files.write(path, new TextEncoder().encode(content.text));
  } catch (error) {
    throw asMachineLost(error) ??
      new Error(`Writing the file ${path}: ${errorMessage(error)}`, { cause: error });
  }
  await log.writeLine(`Created file ${path}!`);
  return { kind: "passed" };
};

type Content = { kind: "text"; text: string } | { kind: "none"; why: string };

function contentOf({ source }: FileInstruction, environment: TaskEnvironment): Content {
  switch (source.case) {
    case "fromContents":
      return { kind: "text", text: source.value };
    case "fromEnvironmentVariable": {
      const text = environment.get(source.value);
      if (text === undefined) {
        return {
          kind: "none",
          why: `Environment variable ${source.value} is not set! Skipping file creation...`,
        };
      }
      if (text.startsWith("ENCRYPTED")) {
        return {
          kind: "none",
          why: `Environment variable ${source.value} wasn't decrypted! Skipping file creation...`,
        };
      }
      return { kind: "text", text };
    }
    case undefined:
      throw new Error(
        "The file instruction says neither contents nor a variable, or in a way that this version does not know: " +
          "use from_contents or variable_name, or a newer worker",
      );
  }
}
