import { z } from "zod";
import { Annotation_Level, Annotation_Type } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { AnnotationParser } from "./annotation_parser.ts";
import { fileLocation } from "./file_location.ts";
import { readJson } from "./json_report.ts";

const REPORT = z.object({
  files: z.array(z.object({
    path: z.string(),
    offenses: z.array(z.object({
      severity: z.string(),
      message: z.string(),
      cop_name: z.string(),
      corrected: z.boolean().nullish(),
      location: z.object({
        line: z.number(),
        column: z.number(),
        // From 0.52 on.
        last_line: z.number().nullish(),
        last_column: z.number().nullish(),
      }),
    })),
  })),
});

/** Those above a notice; the others are info, refactor and convention. Source: `RuboCop::Cop::Severity`. */
const LEVELS: ReadonlyMap<string, Annotation_Level> = new Map([
  ["warning", Annotation_Level.WARNING],
  ["error", Annotation_Level.FAILURE],
  ["fatal", Annotation_Level.FAILURE],
]);

/** RuboCop's `--format json`. What it has corrected itself is a notice, however severe it was. */
export const parseRubocop: AnnotationParser = function* (document) {
  for (const { path, offenses } of readJson(REPORT, document).files) {
    for (const { severity, message, cop_name, corrected, location } of offenses) {
      yield {
        type: Annotation_Type.LINT_RESULT,
        level: (corrected ? undefined : LEVELS.get(severity)) ?? Annotation_Level.NOTICE,
        message: `${cop_name}: ${message}`,
        ...fileLocation({
          path,
          line: location.line,
          endLine: location.last_line,
          column: location.column,
          endColumn: location.last_column,
        }),
      };
    }
  }
};
