import { Annotation_Level, Annotation_Type } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { AnnotationInit, AnnotationParser } from "./annotation_parser.ts";
import { attributeNumber, fileLocation } from "./file_location.ts";
import { type OpenTag, readXml } from "./xml_reader.ts";

type Attributes = ReadonlyMap<string, string>;

/** A test that did not pass, as far as it was read. */
interface Failure {
  readonly attributes: Attributes;
  text: string;
}

/**
 * JUnit's XML, as Maven, Gradle, pytest, gotestsum and many others write it: the tests that failed or broke off. Source
 * of the form: the Ant task junitreport, and the `file` and `line` that pytest and others add.
 */
export const parseJunit: AnnotationParser = function* (document) {
  let testCase: OpenTag | undefined;
  let failure: Failure | undefined;
  for (const event of readXml(document)) {
    if (event.kind === "text") {
      if (failure) failure.text += event.text;
    } else if (event.name === "testcase") {
      testCase = event.kind === "open" ? event : undefined;
    } else if (event.name === "failure" || event.name === "error") {
      if (event.kind === "open") failure = { attributes: event.attributes, text: "" };
      else if (failure) {
        if (testCase) yield toAnnotation(testCase.attributes, failure);
        failure = undefined;
      }
    }
  }
};

function toAnnotation(testCase: Attributes, { attributes, text }: Failure): AnnotationInit {
  const details = text.trim();
  const name = [testCase.get("classname"), testCase.get("name")].filter(Boolean).join(".");
  return {
    type: Annotation_Type.TEST_RESULT,
    level: Annotation_Level.FAILURE,
    message: attributes.get("message") || details.split("\n", 1)[0] || attributes.get("type") ||
      `${name} failed`,
    rawDetails: details,
    fullyQualifiedName: name,
    ...fileLocation({ path: testCase.get("file"), line: attributeNumber(testCase.get("line")) }),
  };
}
