import { z } from "zod";
import { Annotation_Level, Annotation_Type } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { AnnotationParser } from "./annotation_parser.ts";
import { readJsonLines } from "./json_report.ts";
import { RANGE_FIELDS, rangeLocation } from "./range_fields.ts";

const LEVELS = {
  notice: Annotation_Level.NOTICE,
  warning: Annotation_Level.WARNING,
  failure: Annotation_Level.FAILURE,
} as const;

const ANNOTATION = z.object({
  ...RANGE_FIELDS,
  level: z.enum(["notice", "warning", "failure"], { error: "write notice, warning or failure" }),
  message: z.string(),
  raw_details: z.string().nullish(),
});

/** Cirrus CI's own format, for tools that no other is made for: an annotation a line. */
export const parseCirrus: AnnotationParser = function* (document) {
  for (const { level, message, raw_details, ...range } of readJsonLines(ANNOTATION, document)) {
    yield {
      type: Annotation_Type.GENERIC,
      level: LEVELS[level],
      message,
      rawDetails: raw_details ?? "",
      ...rangeLocation(range),
    };
  }
};
