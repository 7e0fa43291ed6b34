import { create } from "@bufbuild/protobuf";
import {
  CommandSchema,
  type FileInstruction,
  FileInstructionSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { field, type Fields, readFields, schemaOf } from "../field.ts";
import { rawText, text } from "../field_types.ts";
import { Problem } from "../problem.ts";
import type { InstructionKind } from "./instruction.ts";

interface Draft {
  readonly file: FileInstruction;
  name: string;
}

const fileFields: Fields<Draft> = {
  name: field(text, "Name of the instruction, in place of the one in its key", {
    store: (draft, name) => draft.name = name || draft.name,
  }),
  path: field(text, "Where to put the file", {
    required: true,
    store: ({ file }, path) => file.destinationPath = path,
  }),
  variable_name: field(rawText, "Variable of the environment whose value the file gets", {
    store({ file }, name) {
      file.source = { case: "fromEnvironmentVariable", value: name.replace(/^\$/, "") };
    },
  }),
  from_contents: field(text, "Text that the file gets", {
    store({ file }, contents) {
      file.source = { case: "fromContents", value: contents };
    },
  }),
};

/** `*file`. */
export const fileInstruction: InstructionKind = {
  suffix: "file",
  nameWhenBare: "file",
  doc: "File to write",
  schema: schemaOf(fileFields),
  read(node, name, scope) {
    if (node.kind === "scalar" && node.text !== "") {
      throw new Problem(
        `Reading "${node.name}": a key that ends in "file" writes a file, so it must be a map with "path"; a Dockerfile is named in "container"`,
        node.at,
      );
    }
    const before = scope.problems.errors;
    const draft = readFields<Draft>(node, fileFields, {
      draft: { file: create(FileInstructionSchema), name },
      scope,
      what: `"${node.name}"`,
    });
    if (draft.file.source.case === undefined && scope.problems.errors === before) {
      throw new Problem(`Reading "${node.name}": it needs "variable_name" or "from_contents"`, node.at);
    }
    return create(CommandSchema, {
      name: draft.name,
      instruction: { case: "fileInstruction", value: draft.file },
    });
  },
};
