import { Annotation_Level, Annotation_Type } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { AnnotationParser } from "./annotation_parser.ts";
import { attributeNumber, fileLocation } from "./file_location.ts";
import { readXml } from "./xml_reader.ts";

/** Checkstyle's severities; `ignore` is none that a report has. */
const LEVELS: ReadonlyMap<string, Annotation_Level> = new Map([
  ["info", Annotation_Level.NOTICE],
  ["warning", Annotation_Level.WARNING],
]);

/** Checkstyle's XML, which ESLint, PHP_CodeSniffer, ktlint, detekt, ShellCheck and many others write, too. */
export const parseCheckstyle: AnnotationParser = function* (document) {
  let path: string | undefined;
  for (const event of readXml(document)) {
    if (event.kind !== "open") continue;
    const { name, attributes } = event;
    if (name === "file") path = attributes.get("name");
    if (name !== "error" || attributes.get("severity") === "ignore") continue;
    yield {
      type: Annotation_Type.LINT_RESULT,
      level: LEVELS.get(attributes.get("severity") ?? "") ?? Annotation_Level.FAILURE,
      message: attributes.get("message") ?? "",
      fullyQualifiedName: attributes.get("source") ?? "",
      ...fileLocation({
        path,
        line: attributeNumber(attributes.get("line")),
        column: attributeNumber(attributes.get("column")),
      }),
    };
  }
};
