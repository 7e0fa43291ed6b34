import { create } from "@bufbuild/protobuf";
import { type DockerBuilder, DockerBuilderSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { field } from "../field.ts";
import { platform, text } from "../field_types.ts";
import { instructionKinds } from "../instruction/commands.ts";
import type { TaskDraft } from "./task_draft.ts";
import type { TaskKind } from "./task_kind.ts";

interface Draft extends TaskDraft {
  readonly builder: DockerBuilder;
}

/** `*docker_builder`. */
export const dockerBuilder: TaskKind<Draft> = {
  suffix: "docker_builder",
  nameWhenBare: "main",
  doc: "Task that builds images with Docker",
  instances: {},
  fields: {
    platform: field(platform, "Operating system of the builder, linux when not given", {
      store({ builder, variables }, { platform, written }) {
        builder.platform = platform;
        variables.set("CIRRUS_OS", written);
      },
    }),
    os_version: field(text, "Version of the operating system", {
      store: ({ builder }, version) => builder.osVersion = version,
    }),
  },
  instructions: instructionKinds,
  begin(draft) {
    draft.variables.set("CIRRUS_OS", "linux");
    return Object.assign(draft, { builder: create(DockerBuilderSchema) });
  },
  finish(draft, { at }) {
    draft.instance = { message: draft.builder, at };
  },
};
