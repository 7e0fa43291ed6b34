import { buildCommand } from "@stricli/core";
import { type CliContext, lazily } from "../command.ts";
import { CLIENT_FLAGS } from "../controller_client/access_flags.ts";
import type { CancelFlags } from "./cancel_flags.ts";
import { SUMMARIES } from "../summaries.ts";

/** `cirrus cancel [flags] ID` */
export const cancelCommand = buildCommand<CancelFlags, [id: string], CliContext>({
  loader: lazily(async () => (await import("./cancel.ts")).cancel),
  parameters: {
    flags: {
      ...CLIENT_FLAGS,
      reason: {
        kind: "parsed",
        parse: String,
        default: "Cancelled by cirrus cancel",
        placeholder: "TEXT",
        brief: "Shown with what was cancelled",
      },
    },
    positional: {
      kind: "tuple",
      parameters: [{
        parse: String,
        placeholder: "ID",
        brief: "Id of a task, or of a build with all its tasks",
      }],
    },
  },
  docs: {
    ...SUMMARIES.cancel,
    fullDescription: [
      "Cancel a task, or a whole build. Workers stop what runs of it; what has ended stays as it is.",
      "",
      "EXAMPLES",
      "  cirrus cancel 7302391",
      '  cirrus cancel --reason="Superseded by the next push" 7302391',
    ].join("\n"),
  },
});
