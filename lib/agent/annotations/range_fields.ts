import { z } from "zod";
import type { AnnotationInit } from "./annotation_parser.ts";
import { fileLocation } from "./file_location.ts";

/** The fields by which buf and Cirrus CI's own format say where something is. */
export const RANGE_FIELDS = {
  path: z.string().nullish(),
  start_line: z.number().nullish(),
  end_line: z.number().nullish(),
  start_column: z.number().nullish(),
  end_column: z.number().nullish(),
};

/** The location that the fields say. */
export function rangeLocation(
  { path, start_line, end_line, start_column, end_column }: z.infer<z.ZodObject<typeof RANGE_FIELDS>>,
): Pick<AnnotationInit, "fileLocation"> {
  return fileLocation({
    path,
    line: start_line,
    endLine: end_line,
    column: start_column,
    endColumn: end_column,
  });
}
