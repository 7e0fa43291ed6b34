import type { ArtifactsInstruction } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { formatByteSize } from "../../units/byte_size.ts";
import { reportAnnotations } from "../annotations/report_annotations.ts";
import { type ArtifactFile, findArtifacts } from "../artifacts/find_artifacts.ts";
import { uploadArtifacts } from "../artifacts/upload_artifacts.ts";
import { asMachineLost } from "../machine_lost.ts";
import { TransferMeter } from "../transfer_meter.ts";
import type { InstructionContext, InstructionHandler } from "./instruction.ts";

/** Of how many files the log says, for each pattern, why they are left out. */
const MAX_SKIPPED = 20;

/** `artifacts`: uploads files of the working directory, and reports what those say that are reports. What cannot be uploaded, tried twice, fails the command. */
export const runArtifactsInstruction: InstructionHandler<"artifactsInstruction"> = async (
  instruction,
  context,
) => {
  const { log, signal } = context;
  const files = await findAll(instruction, context);
  if (files.length === 0) return { kind: "passed" };
  const { format } = instruction;
  try {
    await send(instruction, files, context);
  } catch (error) {
    signal.throwIfAborted();
    if (asMachineLost(error)) throw error;
    await log.writeLine(`${errorMessage(error)}; trying once more`);
    // What the task still writes to may have another size by now.
    await send(instruction, await findAll(instruction, context), context);
  }
  if (format !== "") await reportAnnotations({ format, files }, context);
  return { kind: "passed" };
};

/** The files that the patterns match, each once; the log says what of each pattern. */
async function findAll(
  { paths }: ArtifactsInstruction,
  context: InstructionContext,
): Promise<ArtifactFile[]> {
  const { environment, log } = context;
  const all = new Map<string, ArtifactFile>();
  for (const pattern of paths.map((path) => environment.expand(path))) {
    const { files, skipped } = await findArtifacts(pattern, context);
    for (const why of skipped.slice(0, MAX_SKIPPED)) await log.writeLine(`Leaving out ${why}`);
    const more = skipped.length - MAX_SKIPPED;
    if (more > 0) await log.writeLine(`Leaving out ${more.toLocaleString("en")} more such`);
    await log.writeLine(`${pattern} matches ${countOf(files)}`);
    for (const file of files) all.set(file.path, file);
  }
  return [...all.values()];
}

async function send(
  { type, format }: ArtifactsInstruction,
  files: readonly ArtifactFile[],
  context: InstructionContext,
): Promise<void> {
  const { name, log, machine, workingDirectory, upstream, signal } = context;
  using meter = new TransferMeter(`Uploading ${name}`, { log: (line) => void log.writeLine(line) });
  await uploadArtifacts({ name, type, format, files }, {
    machine,
    workingDirectory,
    upstream,
    meter,
    signal,
  });
  await log.writeLine(`Uploaded ${filesOf(files)}, ${meter.text}`);
}

function countOf(files: readonly ArtifactFile[]): string {
  if (files.length === 0) return "no files";
  return `${filesOf(files)}, ${formatByteSize(files.reduce((sum, file) => sum + file.size, 0))}`;
}

function filesOf(files: readonly ArtifactFile[]): string {
  return files.length === 1 ? "1 file" : `${files.length.toLocaleString("en")} files`;
}
