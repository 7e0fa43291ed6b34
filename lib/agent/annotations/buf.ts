import { z } from "zod";
import { Annotation_Level, Annotation_Type } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { AnnotationParser } from "./annotation_parser.ts";
import { fileLocation } from "./file_location.ts";
import { readJsonLines } from "./json_report.ts";

const FINDING = z.object({
  /** None for what is wrong with the module as a whole. */
  path: z.string().nullish(),
  start_line: z.number().nullish(),
  end_line: z.number().nullish(),
  start_column: z.number().nullish(),
  end_column: z.number().nullish(),
  type: z.string(),
  message: z.string(),
});

/** `buf lint` and `buf breaking` with `--error-format=json`: a finding a line. */
export const parseBuf: AnnotationParser = function* (document) {
  for (const { type, message, path, ...place } of readJsonLines(FINDING, document)) {
    yield {
      type: Annotation_Type.LINT_RESULT,
      level: type === "COMPILE" ? Annotation_Level.FAILURE : Annotation_Level.WARNING,
      message,
      fullyQualifiedName: type,
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
