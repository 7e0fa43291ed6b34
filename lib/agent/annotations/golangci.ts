import { z } from "zod";
import { Annotation_Level, Annotation_Type } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { AnnotationParser } from "./annotation_parser.ts";
import { fileLocation } from "./file_location.ts";
import { readJson } from "./json_report.ts";

const REPORT = z.object({
  Issues: z.array(z.object({
    FromLinter: z.string(),
    Text: z.string(),
    Severity: z.string().nullish(),
    Pos: z.object({ Filename: z.string(), Line: z.number(), Column: z.number() }),
    LineRange: z.object({ From: z.number(), To: z.number() }).nullish(),
  })).nullish(),
});

/** What a project's `severity` settings may call an issue that fails nothing; mostly they call it nothing at all. */
const LEVELS: ReadonlyMap<string, Annotation_Level> = new Map([
  ["warning", Annotation_Level.WARNING],
  ["info", Annotation_Level.NOTICE],
  ["notice", Annotation_Level.NOTICE],
]);

/**
 * golangci-lint's JSON: `--output.json.path`, and `--out-format json` before its version 2. On the standard output a
 * summary for people follows the JSON, which is one line.
 */
export const parseGolangci: AnnotationParser = function* (document) {
  const [line = ""] = document.split("\n", 1);
  const report = line.trimEnd().endsWith("}") ? line : document;
  for (const issue of readJson(REPORT, report).Issues ?? []) {
    const { FromLinter, Text, Severity, Pos, LineRange } = issue;
    yield {
      type: Annotation_Type.LINT_RESULT,
      level: LEVELS.get(Severity?.toLowerCase() ?? "") ?? Annotation_Level.FAILURE,
      message: `${Text} (${FromLinter})`,
      ...fileLocation({ path: Pos.Filename, line: Pos.Line, endLine: LineRange?.To, column: Pos.Column }),
    };
  }
};
