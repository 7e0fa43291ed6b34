import { z } from "zod";
import { Annotation_Level, Annotation_Type } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { AnnotationParser } from "./annotation_parser.ts";
import { fileLocation } from "./file_location.ts";
import { readJsonLines } from "./json_report.ts";

const LEVELS = {
  notice: Annotation_Level.NOTICE,
  warning: Annotation_Level.WARNING,
  failure: Annotation_Level.FAILURE,
} as const;

const ANNOTATION = z.object({
  level: z.enum(["notice", "warning", "failure"], { error: "write notice, warning or failure" }),
  message: z.string(),
  raw_details: z.string().nullish(),
  path: z.string().nullish(),
  start_line: z.number().nullish(),
  end_line: z.number().nullish(),
  start_column: z.number().nullish(),
  end_column: z.number().nullish(),
});

/** Cirrus CI's own format, for tools that no other is made for: an annotation a line. */
export const parseCirrus: AnnotationParser = function* (document) {
  for (const { level, message, raw_details, path, ...place } of readJsonLines(ANNOTATION, document)) {
    yield {
      type: Annotation_Type.GENERIC,
      level: LEVELS[level],
      message,
      rawDetails: raw_details ?? "",
      ...fileLocation({
        path,
        line: place.start_line,
        endLine: place.end_line,
        column: place.start_column,
        endColumn: place.end_column,
      }),
    };
  }
};
