import { z } from "zod";
import { Annotation_Level, Annotation_Type } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { AnnotationInit, AnnotationParser } from "./annotation_parser.ts";
import { fileLocation } from "./file_location.ts";
import { readJson } from "./json_report.ts";

const EXAMPLE = z.object({
  full_description: z.string(),
  status: z.string(),
  file_path: z.string(),
  line_number: z.number().nullish(),
  pending_message: z.string().nullish(),
  exception: z.object({ message: z.string().nullish() }).nullish(),
});

const REPORT = z.object({ examples: z.array(EXAMPLE) });

/** RSpec's `--format json`: the examples that failed, and those that are pending. */
export const parseRspec: AnnotationParser = function* (document) {
  for (const example of readJson(REPORT, document).examples) {
    const { full_description: name, file_path: path, line_number: line } = example;
    const outcome = outcomeOf(example);
    if (!outcome) continue;
    yield {
      type: Annotation_Type.TEST_RESULT,
      ...outcome,
      message: name,
      fullyQualifiedName: name,
      ...fileLocation({ path, line }),
    };
  }
};

function outcomeOf(
  { status, exception, pending_message }: z.infer<typeof EXAMPLE>,
): Pick<AnnotationInit, "level" | "rawDetails"> | undefined {
  if (status === "failed") {
    return { level: Annotation_Level.FAILURE, rawDetails: exception?.message?.trim() ?? "" };
  }
  return status === "pending"
    ? { level: Annotation_Level.NOTICE, rawDetails: pending_message ?? "" }
    : undefined;
}
