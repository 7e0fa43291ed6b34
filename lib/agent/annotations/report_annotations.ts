import { toBinary } from "@bufbuild/protobuf";
import { type Annotation, AnnotationSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { ArtifactFile } from "../artifacts/find_artifacts.ts";
import type { InstructionContext } from "../instructions/instruction.ts";
import { asMachineLost } from "../machine_lost.ts";
import { ANNOTATION_FORMATS, annotationParser } from "./annotation_formats.ts";
import type { AnnotationParser } from "./annotation_parser.ts";
import { placedAnnotation } from "./placed_annotation.ts";
import { readReport } from "./read_report.ts";

/** More than this nobody reads. */
const MAX_ANNOTATIONS = 10_000;

/** What goes in one call, at most: gRPC servers mostly take messages of up to 4 MiB. */
const CALL_BYTES = 1024 * 1024;
const PER_CALL = 1_000;

/** How long the upstream may take to answer; in milliseconds. */
const CALL_MS = 60_000;

/** Tells the upstream what the files report. What cannot be read is said in the log, and fails nothing. */
export async function reportAnnotations(
  { format, files }: { readonly format: string; readonly files: readonly ArtifactFile[] },
  context: InstructionContext,
): Promise<void> {
  const { log, signal, upstream: { client, taskIdentification } } = context;
  const parse = await annotationParser(format);
  if (!parse) {
    const known = ANNOTATION_FORMATS.join(", ");
    return await log.writeLine(
      `Not annotating: this version reads no reports of the format ${format}, but ${known}`,
    );
  }
  const annotations = await readAll(files, { parse, context });
  try {
    for (const batch of batchesOf(annotations)) {
      const request = { taskIdentification, annotations: batch };
      await client.reportAnnotations(request, { signal, timeoutMs: CALL_MS });
    }
    const count = annotations.length === 1
      ? "1 annotation"
      : `${annotations.length.toLocaleString("en")} annotations`;
    await log.writeLine(`Reported ${count}`);
  } catch (error) {
    signal.throwIfAborted();
    await log.writeLine(`Reporting annotations: ${errorMessage(error)}`);
  }
}

/** Of a report that is damaged counts what stands before the damage. */
async function readAll(
  files: readonly ArtifactFile[],
  { parse, context }: { parse: AnnotationParser; context: InstructionContext },
): Promise<Annotation[]> {
  const { log, signal } = context;
  const annotations: Annotation[] = [];
  for (const file of files) {
    try {
      const { text, damaged } = await readReport(file, context);
      if (damaged) {
        await log.writeLine(`Reading annotations from ${file.path}: it has bytes that are no text in UTF-8`);
      }
      for (const found of parse(text)) {
        if (annotations.length === MAX_ANNOTATIONS) {
          const most = MAX_ANNOTATIONS.toLocaleString("en");
          await log.writeLine(`Reading annotations from ${file.path}: leaving out what comes after ${most}`);
          return annotations;
        }
        annotations.push(placedAnnotation(found, context));
      }
    } catch (error) {
      signal.throwIfAborted();
      if (asMachineLost(error)) throw error;
      await log.writeLine(`Reading annotations from ${file.path}: ${errorMessage(error)}`);
    }
  }
  return annotations;
}

function* batchesOf(annotations: readonly Annotation[]): Generator<Annotation[]> {
  let batch: Annotation[] = [];
  let bytes = 0;
  for (const annotation of annotations) {
    const size = toBinary(AnnotationSchema, annotation).length;
    if (batch.length === PER_CALL || batch.length > 0 && bytes + size > CALL_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(annotation);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
