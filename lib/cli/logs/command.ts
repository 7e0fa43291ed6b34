import { buildCommand } from "@stricli/core";
import { type CliContext, lazily } from "../command.ts";
import { CLIENT_FLAGS } from "../controller_client/access_flags.ts";
import type { LogsFlags } from "./logs_flags.ts";
import { SUMMARIES } from "../summaries.ts";

/** `cirrus logs [flags] TASK [COMMAND]` */
export const logsCommand = buildCommand<LogsFlags, [task: string, command?: string], CliContext>({
  loader: lazily(async () => (await import("./show_logs.ts")).showLogs),
  parameters: {
    flags: {
      ...CLIENT_FLAGS,
      follow: { kind: "boolean", withNegated: false, brief: "Go on until the task has ended" },
    },
    aliases: { f: "follow" },
    positional: {
      kind: "tuple",
      parameters: [
        { parse: String, placeholder: "TASK", brief: "Id of the task" },
        {
          parse: String,
          optional: true,
          placeholder: "COMMAND",
          brief: "Only this command's log, and nothing else",
        },
      ],
    },
  },
  docs: {
    ...SUMMARIES.logs,
    fullDescription: [
      "Print what a task's commands have printed, in its last try. With --json, each piece is a line of its own.",
      "",
      "EXAMPLES",
      "  cirrus logs 7302392",
      "  cirrus logs 7302392 test > test.log",
      "  cirrus logs --follow 7302392",
    ].join("\n"),
  },
});
