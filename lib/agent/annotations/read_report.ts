import { Buffer } from "node:buffer";
import { formatByteSize } from "../../units/byte_size.ts";
import type { ArtifactFile } from "../artifacts/find_artifacts.ts";
import type { InstructionContext } from "../instructions/instruction.ts";
import { machinePaths } from "../machine_paths.ts";
import { decodeReport, type ReportText } from "./report_text.ts";

/** More than this no report is worth; in bytes. */
const MAX_BYTES = 32_000_000;

/** Reads a report of the working directory as a whole. Rejects when it is too large for that. */
export async function readReport(
  { path, size }: ArtifactFile,
  { machine, workingDirectory }: Pick<InstructionContext, "machine" | "workingDirectory">,
): Promise<ReportText> {
  const tooLarge = () => new Error(`it is larger than ${formatByteSize(MAX_BYTES)}, the most that is read`);
  if (size > MAX_BYTES) throw tooLarge();
  const { join } = machinePaths(machine.platform);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of await machine.files.read(join(workingDirectory, path))) {
    bytes += piece.length;
    if (bytes > MAX_BYTES) throw tooLarge();
    pieces.push(piece);
  }
  return decodeReport(Buffer.concat(pieces));
}
