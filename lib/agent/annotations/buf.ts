import { z } from "zod";
import { Annotation_Level, Annotation_Type } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { AnnotationParser } from "./annotation_parser.ts";
import { readJsonLines } from "./json_report.ts";
import { RANGE_FIELDS, rangeLocation } from "./range_fields.ts";

const FINDING = z.object({
  ...RANGE_FIELDS,
  type: z.string(),
  message: z.string(),
});

/** `buf lint` and `buf breaking` with `--error-format=json`: a finding a line. */
export const parseBuf: AnnotationParser = function* (document) {
  for (const { type, message, ...range } of readJsonLines(FINDING, document)) {
    yield {
      type: Annotation_Type.LINT_RESULT,
      level: type === "COMPILE" ? Annotation_Level.FAILURE : Annotation_Level.WARNING,
      message,
      fullyQualifiedName: type,
      ...rangeLocation(range),
    };
  }
};
