import { create } from "@bufbuild/protobuf";
import { type Annotation, AnnotationSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { ArtifactFile } from "../artifacts/find_artifacts.ts";
import type { InstructionContext } from "../instructions/instruction.ts";
import { asMachineLost } from "../machine_lost.ts";
import { machinePaths } from "../machine_paths.ts";
import type { AnnotationInit, AnnotationParser } from "./annotation_parser.ts";
import { parseJunit } from "./junit.ts";

/** The formats that this version reads, as `format` names them. */
const PARSERS: ReadonlyMap<string, AnnotationParser> = new Map([["junit", parseJunit]]);

/** More than this no report is worth; in bytes. */
const MAX_BYTES = 32 * 1024 * 1024;

/** How many go in one call. */
const PER_CALL = 1_000;

/** How long the upstream may take to answer; in milliseconds. */
const CALL_MS = 60_000;

/** Tells the upstream what the files report. What cannot be read is said in the log, and fails nothing. */
export async function reportAnnotations(
  { format, files }: { readonly format: string; readonly files: readonly ArtifactFile[] },
  context: InstructionContext,
): Promise<void> {
  const { log, signal, upstream: { client, taskIdentification } } = context;
  const parse = PARSERS.get(format.toLowerCase());
  if (!parse) {
    const known = [...PARSERS.keys()].join(", ");
    return await log.writeLine(
      `Not annotating: this version reads no reports of the format ${format}, but ${known}`,
    );
  }
  const annotations: Annotation[] = [];
  for (const file of files) {
    try {
      annotations.push(...parse(await readText(file, context)).map((found) => located(found, context)));
    } catch (error) {
      signal.throwIfAborted();
      if (asMachineLost(error)) throw error;
      await log.writeLine(`Reading annotations from ${file.path}: ${errorMessage(error)}`);
    }
  }
  try {
    for (let at = 0; at < annotations.length; at += PER_CALL) {
      const batch = annotations.slice(at, at + PER_CALL);
      await client.reportAnnotations({ taskIdentification, annotations: batch }, {
        signal,
        timeoutMs: CALL_MS,
      });
    }
    const count = annotations.length === 1 ? "1 annotation" : `${annotations.length} annotations`;
    await log.writeLine(`Reported ${count}`);
  } catch (error) {
    signal.throwIfAborted();
    await log.writeLine(`Reporting annotations: ${errorMessage(error)}`);
  }
}

async function readText(
  { path, size }: ArtifactFile,
  { machine, workingDirectory }: InstructionContext,
): Promise<string> {
  if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, more than ${MAX_BYTES}`);
  const { join } = machinePaths(machine.platform);
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of await machine.files.read(join(workingDirectory, path))) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`it grows beyond ${MAX_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Tools that write absolute paths mean files of the working directory. */
function located(found: AnnotationInit, { machine, workingDirectory }: InstructionContext): Annotation {
  const { isAbsolute, relative, sep } = machinePaths(machine.platform);
  const annotation = create(AnnotationSchema, found);
  const { fileLocation } = annotation;
  if (!fileLocation || !isAbsolute(fileLocation.path)) return annotation;
  const path = relative(workingDirectory, fileLocation.path).replaceAll(sep, "/");
  if (!path.startsWith("..")) fileLocation.path = path;
  return annotation;
}
