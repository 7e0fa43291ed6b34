import { z } from "zod";
import { Annotation_Level, Annotation_Type } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { AnnotationParser } from "./annotation_parser.ts";
import { fileLocation } from "./file_location.ts";
import { readJson } from "./json_report.ts";

const REPORT = z.object({
  listProblem: z.array(z.object({
    severity: z.string(),
    comment: z.string(),
    detailsInfo: z.string().nullish(),
    sources: z.array(z.object({
      path: z.string(),
      line: z.number().nullish(),
      /** How many characters of the line stand before the problem. */
      offset: z.number().nullish(),
    })),
  })),
});

/** Those above a notice; the others are Low and Info. */
const LEVELS: ReadonlyMap<string, Annotation_Level> = new Map([
  ["critical", Annotation_Level.FAILURE],
  ["high", Annotation_Level.WARNING],
  ["moderate", Annotation_Level.WARNING],
]);

/** Qodana's list of problems (`result-allProblems.json`): each place of a problem is an annotation. */
export const parseQodana: AnnotationParser = function* (document) {
  for (const { severity, comment, detailsInfo, sources } of readJson(REPORT, document).listProblem) {
    for (const { path, line, offset } of sources) {
      yield {
        type: Annotation_Type.ANALYSIS_RESULT,
        level: LEVELS.get(severity.toLowerCase()) ?? Annotation_Level.NOTICE,
        message: comment.trim(),
        rawDetails: detailsInfo ?? "",
        ...fileLocation({
          path,
          line,
          column: offset === null || offset === undefined ? offset : offset + 1,
        }),
      };
    }
  }
};
