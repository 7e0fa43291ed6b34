import { buildCommand } from "@stricli/core";
import { type CliContext, lazily } from "../command.ts";
import { CLIENT_FLAGS } from "../controller_client/access_flags.ts";
import type { ArtifactsFlags } from "./artifacts_flags.ts";
import { SUMMARIES } from "../summaries.ts";

/** `cirrus artifacts [flags] BUILD [NAME]` */
export const artifactsCommand = buildCommand<ArtifactsFlags, [build: string, name?: string], CliContext>({
  loader: lazily(async () => (await import("./show_artifacts.ts")).showArtifacts),
  parameters: {
    flags: {
      ...CLIENT_FLAGS,
      download: {
        kind: "parsed",
        parse: String,
        optional: true,
        placeholder: "DIR",
        brief: "Write the files to DIR/NAME/PATH, over those that are there",
      },
    },
    positional: {
      kind: "tuple",
      parameters: [
        { parse: String, placeholder: "BUILD", brief: "Id of the build" },
        {
          parse: String,
          optional: true,
          placeholder: "NAME",
          brief: "Only the artifacts of this name, file by file",
        },
      ],
    },
  },
  docs: {
    ...SUMMARIES.artifacts,
    fullDescription: [
      "List or download the files that the tasks of a build uploaded. Where several tasks uploaded the same path under one",
      "name, the file is that of the task that did so last.",
      "",
      "EXAMPLES",
      "  cirrus artifacts 7302391",
      "  cirrus artifacts 7302391 binary",
      "  cirrus artifacts --download=out 7302391",
    ].join("\n"),
  },
});
