import { buildCommand } from "@stricli/core";
import { type CliContext, lazily } from "../command.ts";
import { SUMMARIES } from "../summaries.ts";

/** `cirrus licenses` */
export const licensesCommand = buildCommand<Record<never, never>, [], CliContext>({
  loader: lazily(async () => (await import("./show_licenses.ts")).showLicenses),
  parameters: {},
  docs: {
    brief: SUMMARIES.licenses.brief,
    fullDescription: [
      "Print the licences of the packages that the executable is made of.",
      "",
      "EXAMPLES",
      "  cirrus licenses | less",
    ].join("\n"),
  },
});
