import { z } from "zod";
import { Annotation_Level, Annotation_Type } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { AnnotationInit, AnnotationParser } from "./annotation_parser.ts";
import { fileLocation, type Place } from "./file_location.ts";
import { readJsonLines } from "./json_report.ts";

const TEST = z.object({
  id: z.number(),
  name: z.string(),
  suiteID: z.number(),
  url: z.string().nullish(),
  line: z.number().nullish(),
  column: z.number().nullish(),
  /** Where the suite calls what `url` defines, when that is another file. */
  root_url: z.string().nullish(),
  root_line: z.number().nullish(),
  root_column: z.number().nullish(),
});

/** A line of the reporter's. Those that tell of no failing test are `other`. */
const EVENT = z.discriminatedUnion("type", [
  z.object({ type: z.literal("suite"), suite: z.object({ id: z.number(), path: z.string().nullish() }) }),
  z.object({ type: z.literal("testStart"), test: TEST }),
  z.object({
    type: z.literal("error"),
    testID: z.number(),
    error: z.string(),
    stackTrace: z.string().nullish(),
  }),
  z.object({ type: z.literal("testDone"), testID: z.number(), result: z.string() }),
  z.object({ type: z.literal("other") }),
]).catch({ type: "other" });

/**
 * What `flutter test --machine` and `dart test --reporter json` print: the tests that fail. Source of the form:
 * json_reporter.md of the Dart package test.
 */
export const parseFlutter: AnnotationParser = function* (document) {
  const suites = new Map<number, string>();
  const running = new Map<number, { readonly test: z.infer<typeof TEST>; readonly errors: string[] }>();
  // Between the events stand what else the tools have to say, and lists of Flutter's for the IDEs.
  const events = document.replaceAll(/^[^{\n].*$/gm, "");
  for (const event of readJsonLines(EVENT, events)) {
    if (event.type === "suite") suites.set(event.suite.id, event.suite.path ?? "");
    else if (event.type === "testStart") running.set(event.test.id, { test: event.test, errors: [] });
    else if (event.type === "error") {
      running.get(event.testID)?.errors.push([event.error, event.stackTrace].filter(Boolean).join("\n"));
    } else if (event.type === "testDone") {
      const done = running.get(event.testID);
      running.delete(event.testID);
      if (done && event.result !== "success") {
        yield toAnnotation(done.test, { errors: done.errors, suite: suites.get(done.test.suiteID) });
      }
    }
  }
};

function toAnnotation(
  test: z.infer<typeof TEST>,
  { errors, suite }: { errors: readonly string[]; suite: string | undefined },
): AnnotationInit {
  return {
    type: Annotation_Type.TEST_RESULT,
    level: Annotation_Level.FAILURE,
    message: test.name,
    rawDetails: errors.join("\n"),
    fullyQualifiedName: test.name,
    ...fileLocation(placeOf(test, suite)),
  };
}

/** A test that a package defines is shown where the suite is; of that only the path may be known. */
function placeOf(test: z.infer<typeof TEST>, suite: string | undefined): Place {
  const { url, line, column, root_url, root_line, root_column } = test;
  if (root_url) return { path: filePath(root_url) ?? suite, line: root_line, column: root_column };
  const path = filePath(url ?? "");
  return path === undefined ? { path: suite } : { path, line, column };
}

function filePath(url: string): string | undefined {
  const path = /^file:\/\/(\/.*)/.exec(url)?.[1];
  if (path === undefined) return undefined;
  try {
    return decodeURIComponent(path).replace(/^\/(?=[A-Za-z]:)/, "");
  } catch {
    return path;
  }
}
