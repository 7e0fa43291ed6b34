import { buildCommand } from "@stricli/core";
import { type CliContext, lazily } from "../command.ts";
import { CLIENT_FLAGS, type ClientFlags } from "../controller_client/access_flags.ts";
import { SUMMARIES } from "../summaries.ts";

/** `cirrus rerun [flags] TASK` */
export const rerunCommand = buildCommand<ClientFlags, [task: string], CliContext>({
  loader: lazily(async () => (await import("./rerun.ts")).rerun),
  parameters: {
    flags: CLIENT_FLAGS,
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, placeholder: "TASK", brief: "Id of the task to run again" }],
    },
  },
  docs: {
    ...SUMMARIES.rerun,
    fullDescription: [
      "Run a task again that has ended, as a new task in its place; the old one keeps its record and its logs.",
      "",
      "EXAMPLES",
      "  cirrus rerun 7302392",
    ].join("\n"),
  },
});
