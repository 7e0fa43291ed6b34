import { create } from "@bufbuild/protobuf";
import {
  type ArtifactsInstruction,
  ArtifactsInstructionSchema,
  CommandSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { field, type Fields, readFields, schemaOf } from "../field.ts";
import { text, texts } from "../field_types.ts";
import type { InstructionKind } from "./instruction.ts";

interface Draft {
  readonly artifacts: ArtifactsInstruction;
  name: string;
}

const artifactsFields: Fields<Draft> = {
  name: field(text, "Name of the artifacts, in place of the one in their key", {
    store: (draft, name) => draft.name = name || draft.name,
  }),
  path: field(text, "Files to upload, a glob relative to the working directory", {
    store: ({ artifacts }, path) => artifacts.paths = [path],
  }),
  paths: field(texts, "Files to upload, globs relative to the working directory", {
    store: ({ artifacts }, paths) => artifacts.paths = paths,
  }),
  type: field(text, "MIME type of the files", { store: ({ artifacts }, type) => artifacts.type = type }),
  format: field(text, "What the files report, such as junit or golangci", {
    store: ({ artifacts }, format) => artifacts.format = format,
  }),
};

/** `*artifacts`. */
export const artifactsInstruction: InstructionKind = {
  suffix: "artifacts",
  nameWhenBare: "binary",
  doc: "Files to upload and keep",
  schema: schemaOf(artifactsFields),
  read(node, name, scope) {
    const draft = readFields<Draft>(node, artifactsFields, {
      draft: { artifacts: create(ArtifactsInstructionSchema), name },
      scope,
      what: `"${node.name}"`,
    });
    return create(CommandSchema, {
      name: draft.name,
      instruction: { case: "artifactsInstruction", value: draft.artifacts },
    });
  },
};
