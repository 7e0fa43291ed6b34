import { create } from "@bufbuild/protobuf";
import { CommandSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { script } from "../script.ts";
import type { InstructionKind } from "./instruction.ts";

/** `*script`. */
export const scriptInstruction: InstructionKind = {
  suffix: "script",
  nameWhenBare: "main",
  doc: "Script to run",
  schema: script.schema,
  read: (node, name, scope) =>
    create(CommandSchema, {
      name,
      instruction: { case: "scriptInstruction", value: { scripts: script.read(node, scope) } },
    }),
};

/** `*background_script`. */
export const backgroundScriptInstruction: InstructionKind = {
  suffix: "background_script",
  nameWhenBare: "main",
  doc: "Script to run in the background until the task ends",
  schema: script.schema,
  read: (node, name, scope) =>
    create(CommandSchema, {
      name,
      instruction: { case: "backgroundScriptInstruction", value: { scripts: script.read(node, scope) } },
    }),
};
