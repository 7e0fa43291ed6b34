import { Annotation_Level, Annotation_Type } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { AnnotationParser } from "./annotation_parser.ts";
import { attributeNumber, fileLocation } from "./file_location.ts";
import { readXml } from "./xml_reader.ts";

/** Lint's severities; the one that is missing, `Ignore`, is not told. Source: `Severity` in lint-api. */
const LEVELS: ReadonlyMap<string, Annotation_Level> = new Map([
  ["Fatal", Annotation_Level.FAILURE],
  ["Error", Annotation_Level.FAILURE],
  ["Warning", Annotation_Level.WARNING],
  ["Information", Annotation_Level.NOTICE],
]);

/** Android Lint's XML, from its format 4 on: an issue may have several places, each of which is an annotation. */
export const parseAndroidLint: AnnotationParser = function* (document) {
  let issue: ReadonlyMap<string, string> | undefined;
  for (const event of readXml(document)) {
    if (event.kind !== "open") continue;
    const { name, attributes } = event;
    if (name === "issue") issue = attributes;
    const level = LEVELS.get(issue?.get("severity") ?? "");
    if (name !== "location" || issue === undefined || level === undefined) continue;
    yield {
      type: Annotation_Type.LINT_RESULT,
      level,
      message: issue.get("message") ?? "",
      rawDetails: issue.get("explanation") ?? "",
      ...fileLocation({
        path: attributes.get("file"),
        line: attributeNumber(attributes.get("line")),
        column: attributeNumber(attributes.get("column")),
      }),
    };
  }
};
