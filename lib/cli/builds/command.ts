import { buildCommand } from "@stricli/core";
import { type CliContext, lazily } from "../command.ts";
import { CLIENT_FLAGS } from "../controller_client/access_flags.ts";
import type { BuildsFlags } from "./builds_flags.ts";
import { SUMMARIES } from "../summaries.ts";

/** `cirrus builds [flags] [BUILD]` */
export const buildsCommand = buildCommand<BuildsFlags, [build?: string], CliContext>({
  loader: lazily(async () => (await import("./show_builds.ts")).showBuilds),
  parameters: {
    flags: {
      ...CLIENT_FLAGS,
      limit: {
        kind: "parsed",
        parse: parseLimit,
        default: "20",
        placeholder: "N",
        brief: "How many builds to list, the last ones",
      },
    },
    positional: {
      kind: "tuple",
      parameters: [{
        parse: String,
        optional: true,
        placeholder: "BUILD",
        brief: "Id of the build to show, with its tasks and why they wait",
      }],
    },
  },
  docs: {
    ...SUMMARIES.builds,
    fullDescription: [
      "List a controller's builds, the last one first, or show one with its tasks and why they wait.",
      "",
      "EXAMPLES",
      "  cirrus builds",
      "  cirrus builds 7302391",
      "  cirrus builds --limit=500 --json",
    ].join("\n"),
  },
});

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 500) {
    throw new SyntaxError("expected a whole number from 1 to 500");
  }
  return limit;
}
