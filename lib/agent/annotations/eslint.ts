import { z } from "zod";
import { Annotation_Level, Annotation_Type } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { AnnotationParser } from "./annotation_parser.ts";
import { fileLocation } from "./file_location.ts";
import { readJson } from "./json_report.ts";

const REPORT = z.array(z.object({
  filePath: z.string(),
  messages: z.array(z.object({
    /** None for what is not a rule's, such as a file that cannot be parsed. */
    ruleId: z.string().nullish(),
    severity: z.number(),
    message: z.string(),
    line: z.number().nullish(),
    column: z.number().nullish(),
    endLine: z.number().nullish(),
    endColumn: z.number().nullish(),
  })),
}));

/** ESLint's own numbers; 0 is "off". */
const LEVELS: ReadonlyMap<number, Annotation_Level> = new Map([
  [1, Annotation_Level.WARNING],
  [2, Annotation_Level.FAILURE],
]);

/** ESLint's `--format json`. */
export const parseEslint: AnnotationParser = function* (document) {
  for (const { filePath, messages } of readJson(REPORT, document)) {
    for (const { ruleId, severity, message, ...place } of messages) {
      yield {
        type: Annotation_Type.LINT_RESULT,
        level: LEVELS.get(severity) ?? Annotation_Level.NOTICE,
        message: ruleId ? `${ruleId}: ${message}` : message,
        ...fileLocation({ path: filePath, ...place }),
      };
    }
  }
};
