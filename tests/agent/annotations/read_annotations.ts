import { annotationParser } from "../../../lib/agent/annotations/annotation_formats.ts";
import type { AnnotationInit } from "../../../lib/agent/annotations/annotation_parser.ts";
import { Annotation_Level, Annotation_Type } from "../../../proto/gen/cirrus_ci_service_pb.ts";

/** A report of a tool's, from `tests/testdata/annotations`. */
export async function reportOf(file: string): Promise<string> {
  return await Deno.readTextFile(new URL(`../../testdata/annotations/${file}`, import.meta.url));
}

/** What the parser of a format finds. */
export async function annotationsOf(format: string, document: string): Promise<AnnotationInit[]> {
  const parse = await annotationParser(format);
  if (!parse) throw new Error(`There is no format ${format}`);
  return [...parse(document)];
}

/** `LINT_RESULT FAILURE src/sum.js 4:9-4:11 eqeqeq: Expected ...`: one line says all but the details. */
export function toLine({ type, level, message, fileLocation }: AnnotationInit): string {
  const { path = "", startLine, startColumn, endLine, endColumn } = fileLocation ?? {};
  const place = fileLocation ? `${path} ${startLine}:${startColumn}-${endLine}:${endColumn}` : "nowhere";
  return `${Annotation_Type[type ?? 0]} ${Annotation_Level[level ?? 0]} ${place} ${message}`;
}
